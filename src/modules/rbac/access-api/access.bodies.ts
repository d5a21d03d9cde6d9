import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { uuidField } from '../../../common/validation';
import { resourceIdField } from '../dto/resource.bodies';

const MAX_CHECKS = 1_000;

const permissionField = z
  .string()
  .min(1)
  .max(300)
  .meta({ examples: ['catalog.table:read'] });

const propertiesField = z
  .record(z.string().max(100), z.unknown())
  .describe('Serve conditions where nothing is stored under the same name.');

const subjectField = z
  .strictObject({
    type: z.enum(['user', 'group', 'service']),
    id: uuidField,
    properties: propertiesField.optional(),
  })
  .describe('The caller where left out; asking for others needs `access:evaluate`.');

const resourceField = z
  .strictObject({ id: resourceIdField, properties: propertiesField.optional() })
  .describe('The root where left out.');

const contextField = z
  .record(z.string().max(100), z.unknown())
  .describe(
    'What conditions may know of the circumstances: `ip`, `acr`, `mfaAt` (seconds since the epoch) and names of ' +
      'your own, which conditions reach as `context.NAME`. For the caller itself the first three are those of its token.',
  );

const versionField = z
  .string()
  .regex(/^\d{1,18}$/)
  .describe('The answer takes at least this version of the policy into account, or is 503.')
  .meta({ examples: ['42'] });

const questionFields = {
  subject: subjectField.optional(),
  permission: permissionField,
  context: contextField.optional(),
};

const checkFields = {
  ...questionFields,
  resource: resourceField.optional(),
  minPolicyVersion: versionField.optional(),
};

const example = {
  subject: { type: 'user', id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e' },
  permission: 'catalog.table:read',
  resource: { id: '0192f0c4-5c6d-7e8f-9a0b-1c2d3e4f5a6b' },
};

export const CheckAccessBody = z
  .strictObject(checkFields)
  .meta({ id: 'CheckAccessBody', examples: [example] });
export type CheckAccessBody = z.infer<typeof CheckAccessBody>;

export const BatchAccessBody = z
  .strictObject({
    checks: z.array(z.strictObject(checkFields)).min(1).max(MAX_CHECKS),
    minPolicyVersion: versionField.optional(),
  })
  .meta({ id: 'BatchAccessBody', examples: [{ checks: [example, { permission: 'users:read' }] }] });
export type BatchAccessBody = z.infer<typeof BatchAccessBody>;

export const ListAccessBody = z
  .strictObject({
    ...questionFields,
    type: z.string().min(1).max(100).optional().describe('Only resources of this type.'),
    minPolicyVersion: versionField.optional(),
    limit: pageQueryFields.limit,
    cursor: pageQueryFields.cursor,
  })
  .meta({ id: 'ListAccessBody', examples: [{ permission: 'catalog.table:read', type: 'catalog.table' }] });
export type ListAccessBody = z.infer<typeof ListAccessBody>;
