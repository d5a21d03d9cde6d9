import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { uuidField } from '../../../common/validation';
import type { Resource } from '../resources/resource';
import type { Written } from '../written';
import { policyVersionField } from './policy-version';

const ID = '0192f0c4-5c6d-7e8f-9a0b-1c2d3e4f5a6b';
const ROOT = '00000000-0000-7000-8000-000000000010';

const example = {
  id: ID,
  type: 'catalog.table',
  key: 'warehouse.public.orders',
  name: 'orders',
  parentId: ROOT,
  path: [ROOT, ID],
  tags: { sensitivity: 'high' },
  version: 1,
};

export const ResourceResponse = z
  .strictObject({
    id: uuidField,
    type: z.string(),
    key: z.string(),
    name: z.string(),
    parentId: uuidField.nullable().describe('Null at the root.'),
    path: z.array(uuidField).describe('The ids from the root to this resource, itself included.'),
    tags: z.record(z.string(), z.string()),
    ownerId: uuidField.optional(),
    version: z.number().int(),
  })
  .meta({ id: 'Resource', examples: [example] });
export type ResourceResponse = z.infer<typeof ResourceResponse>;

export const WrittenResourceResponse = z
  .strictObject({ ...ResourceResponse.shape, policyVersion: policyVersionField })
  .meta({ id: 'WrittenResource', examples: [{ ...example, policyVersion: '42' }] });
export type WrittenResourceResponse = z.infer<typeof WrittenResourceResponse>;

export const ResourcePage = pageOf('ResourcePage', ResourceResponse);
export type ResourcePage = z.infer<typeof ResourcePage>;

export function toResourceResponse(resource: Resource): ResourceResponse {
  const { id, type, key, name, parentId, path, tags, ownerId, version } = resource;
  return {
    id,
    type,
    key,
    name,
    parentId,
    path: [...path],
    tags: { ...tags },
    ...(ownerId !== null && { ownerId }),
    version,
  };
}

export function toWrittenResourceResponse(resource: Written<Resource>): WrittenResourceResponse {
  return { ...toResourceResponse(resource), policyVersion: resource.policyVersion };
}
