import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { uuidField } from '../../../common/validation';
import { ROOT_RESOURCE_ID } from '../well-known-ids';

const MAX_TAGS = 50;

/** The id of a resource; `root` stands for the root's. */
export const resourceIdField = z
  .union([z.literal('root'), uuidField])
  .overwrite((id) => (id === 'root' ? ROOT_RESOURCE_ID : id))
  .meta({ examples: ['0192f0c4-5c6d-7e8f-9a0b-1c2d3e4f5a6b'] });

const typeField = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9._:/-]*$/, 'must start with a letter and hold letters, digits and ._:/-')
  .refine((type) => type !== 'root', 'is reserved')
  .meta({ examples: ['catalog.table'] });

const keyField = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{C}]+$/u, 'must hold no control characters')
  .meta({ examples: ['warehouse.public.orders'] });

const nameField = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}]+$/u, 'must hold no control characters')
  .meta({ examples: ['orders'] });

const tagsField = z
  .record(z.string().min(1).max(100), z.string().max(256))
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `must be at most ${MAX_TAGS}`)
  .describe('Conditions can ask for them.')
  .meta({ examples: [{ sensitivity: 'high' }] });

const ownerField = uuidField.describe('A user, service or group. Conditions can ask for it.');

const example = {
  type: 'catalog.table',
  key: 'warehouse.public.orders',
  name: 'orders',
  parentId: 'root',
  tags: { sensitivity: 'high' },
};

export const CreateResourceBody = z
  .strictObject({
    type: typeField,
    key: keyField,
    name: nameField,
    parentId: resourceIdField.default(ROOT_RESOURCE_ID),
    tags: tagsField.default({}),
    ownerId: ownerField.optional(),
  })
  .meta({ id: 'CreateResourceBody', examples: [example] });
export type CreateResourceBody = z.infer<typeof CreateResourceBody>;

export const UpdateResourceBody = z
  .strictObject({
    name: nameField.exactOptional(),
    parentId: resourceIdField
      .exactOptional()
      .describe('Moves the node, with all below it and all assignments.'),
    tags: tagsField.exactOptional(),
    ownerId: ownerField.nullable().exactOptional(),
  })
  .meta({ id: 'UpdateResourceBody', examples: [{ tags: { sensitivity: 'low' } }] });
export type UpdateResourceBody = z.infer<typeof UpdateResourceBody>;

export const DeleteResourceQuery = z
  .strictObject({
    cascade: z
      .stringbool()
      .default(false)
      .describe('Deletes all below as well, with every assignment there.')
      .meta({ examples: ['true'] }),
  })
  .meta({ id: 'DeleteResourceQuery', examples: [{ cascade: 'true' }] });
export type DeleteResourceQuery = z.infer<typeof DeleteResourceQuery>;

export const ListResourcesQuery = z
  .strictObject({
    ...pageQueryFields,
    type: z.string().min(1).max(100).optional(),
    key: z.string().min(1).max(500).optional().describe('With `type` it finds the one resource of that key.'),
    parentId: resourceIdField.optional().describe('The direct children of a node.'),
  })
  .meta({ id: 'ListResourcesQuery', examples: [{ type: 'catalog.table', parentId: 'root' }] });
export type ListResourcesQuery = z.infer<typeof ListResourcesQuery>;
