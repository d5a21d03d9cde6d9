import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { canonicalName, uuidField } from '../../../common/validation';
import { GRANT_PATTERN } from '../grant-pattern';

const nameField = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}]+$/u, 'must hold no control characters')
  .refine((name) => canonicalName(name) !== '', 'must hold more than blanks')
  .meta({ examples: ['support'] });

const descriptionField = z
  .string()
  .max(1_000)
  .regex(/^[^\0\p{Cs}]*$/u, 'must be Unicode text')
  .meta({ examples: ['Helps people who cannot sign in.'] });

const grantsField = z
  .array(
    z.string().max(200).regex(GRANT_PATTERN, 'must be "resource:action", or a wildcard such as "users:*"'),
  )
  .max(1_000)
  .meta({ examples: [['users:read', 'sessions:*']] });

const requiresMfaField = z
  .boolean()
  .describe('Whoever holds the role, or one that inherits from it, has to have a second factor.');

const parentsField = z.array(uuidField).max(100);

export const CreateRoleBody = z
  .strictObject({
    name: nameField,
    description: descriptionField.default(''),
    grants: grantsField.default([]),
    except: grantsField.default([]),
    parents: parentsField.default([]),
    requiresMfa: requiresMfaField.default(false),
  })
  .meta({ id: 'CreateRoleBody', examples: [{ name: 'support', grants: ['users:read', 'sessions:*'] }] });
export type CreateRoleBody = z.infer<typeof CreateRoleBody>;

export const UpdateRoleBody = z
  .strictObject({
    name: nameField.exactOptional(),
    description: descriptionField.exactOptional(),
    grants: grantsField.exactOptional(),
    except: grantsField.exactOptional(),
    parents: parentsField.exactOptional(),
    requiresMfa: requiresMfaField.exactOptional(),
  })
  .meta({ id: 'UpdateRoleBody', examples: [{ grants: ['users:read'] }] });
export type UpdateRoleBody = z.infer<typeof UpdateRoleBody>;

export const ListRolesQuery = z
  .strictObject({
    ...pageQueryFields,
    name: nameField.optional().describe('Finds the one role of that name, in any spelling.'),
  })
  .meta({ id: 'ListRolesQuery', examples: [{ name: 'support' }] });
export type ListRolesQuery = z.infer<typeof ListRolesQuery>;
