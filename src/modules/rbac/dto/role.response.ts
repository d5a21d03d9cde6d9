import { z } from 'zod';
import { pageOf } from '../../../common/http';
import { timestampField, uuidField } from '../../../common/validation';
import type { Role } from '../role';
import type { Written } from '../written';
import { policyVersionField } from './policy-version';

const example = {
  id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
  name: 'support',
  description: 'Helps people who cannot sign in.',
  system: false,
  grants: ['users:read', 'sessions:*'],
  except: [],
  parents: [],
  requiresMfa: false,
  version: 1,
  createdAt: '2026-01-31T09:30:00.000Z',
};

export const RoleResponse = z
  .strictObject({
    id: uuidField,
    name: z.string(),
    description: z.string(),
    system: z.boolean().describe('Built in: nothing but `requiresMfa` can be changed.'),
    grants: z.array(z.string()),
    except: z.array(z.string()).describe('Subtracted from what this role grants and inherits.'),
    parents: z.array(uuidField).describe('Roles whose permissions this one inherits.'),
    requiresMfa: z.boolean().describe('Its holders have to have a second factor.'),
    version: z.number().int(),
    createdAt: timestampField,
  })
  .meta({ id: 'Role', examples: [example] });
export type RoleResponse = z.infer<typeof RoleResponse>;

export const WrittenRoleResponse = z
  .strictObject({ ...RoleResponse.shape, policyVersion: policyVersionField })
  .meta({ id: 'WrittenRole', examples: [{ ...example, policyVersion: '42' }] });
export type WrittenRoleResponse = z.infer<typeof WrittenRoleResponse>;

export const RolePage = pageOf('RolePage', RoleResponse);
export type RolePage = z.infer<typeof RolePage>;

export function toRoleResponse(role: Role): RoleResponse {
  return {
    id: role.id,
    name: role.name,
    description: role.description,
    system: role.system,
    grants: [...role.grants],
    except: [...role.except],
    parents: [...role.parents],
    requiresMfa: role.requiresMfa,
    version: role.version,
    createdAt: role.createdAt.toISOString(),
  };
}

export function toWrittenRoleResponse(role: Written<Role>): WrittenRoleResponse {
  return { ...toRoleResponse(role), policyVersion: role.policyVersion };
}
