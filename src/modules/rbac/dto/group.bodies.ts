import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { canonicalName, uuidField } from '../../../common/validation';

const nameField = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{C}]+$/u, 'must hold no control characters')
  .refine((name) => canonicalName(name) !== '', 'must hold more than blanks')
  .meta({ examples: ['data stewards'] });

const descriptionField = z
  .string()
  .max(1_000)
  .regex(/^[^\0\p{Cs}]*$/u, 'must be Unicode text')
  .meta({ examples: ['They look after the catalogue.'] });

export const CreateGroupBody = z
  .strictObject({ name: nameField, description: descriptionField.default('') })
  .meta({ id: 'CreateGroupBody', examples: [{ name: 'data stewards' }] });
export type CreateGroupBody = z.infer<typeof CreateGroupBody>;

export const UpdateGroupBody = z
  .strictObject({ name: nameField.exactOptional(), description: descriptionField.exactOptional() })
  .meta({ id: 'UpdateGroupBody', examples: [{ description: 'They look after the catalogue.' }] });
export type UpdateGroupBody = z.infer<typeof UpdateGroupBody>;

export const ListGroupsQuery = z
  .strictObject({
    ...pageQueryFields,
    name: nameField.optional().describe('Finds the one group of that name, in any spelling.'),
  })
  .meta({ id: 'ListGroupsQuery', examples: [{ name: 'data stewards' }] });
export type ListGroupsQuery = z.infer<typeof ListGroupsQuery>;

export const ListGroupMembersQuery = z
  .strictObject(pageQueryFields)
  .meta({ id: 'ListGroupMembersQuery', examples: [{ limit: 50 }] });
export type ListGroupMembersQuery = z.infer<typeof ListGroupMembersQuery>;

export const AddGroupMemberBody = z
  .strictObject({ principalType: z.enum(['user', 'group', 'service']), principalId: uuidField })
  .meta({
    id: 'AddGroupMemberBody',
    examples: [{ principalType: 'user', principalId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' }],
  });
export type AddGroupMemberBody = z.infer<typeof AddGroupMemberBody>;
