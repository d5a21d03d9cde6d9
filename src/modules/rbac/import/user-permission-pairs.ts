import { createHash } from 'node:crypto';
import { importedPermission, type ImportedPermission } from './imported-permission';
import type { ImportedPolicy, ImportedRole } from './imported-policy';

export interface ImportedPairs {
  readonly policy: ImportedPolicy;
  /** The name of the one role that gives the user exactly what the file does. */
  readonly roleOfUser: ReadonlyMap<string, string>;
}

/**
 * One pair a line: a user and a permission, with white space between. Users with the same permissions share a role,
 * whose name tells the set: it is the same in every import of that set.
 *
 * @throws Error that names the first line that is no pair.
 */
export function readUserPermissionPairs(text: string, namespace: string): ImportedPairs {
  const permissions = new Map<string, ImportedPermission>();
  const namesOfUser = new Map<string, Set<string>>();
  for (const [index, line] of text.split('\n').entries()) {
    const [user, original, ...surplus] = line.trim().split(/\s+/);
    if (user === undefined || user === '') continue;
    if (original === undefined || surplus.length > 0)
      throw new Error(`Line ${index + 1} is not "user permission"`);
    let permission = permissions.get(original);
    if (permission === undefined) {
      permission = importedPermission(namespace, original);
      permissions.set(original, permission);
    }
    const names = namesOfUser.get(user) ?? new Set();
    namesOfUser.set(user, names.add(permission.name));
  }
  const roles = new Map<string, ImportedRole>();
  const roleOfUser = new Map<string, string>();
  for (const [user, names] of namesOfUser) {
    const role = roleOf([...names].sort(), namespace);
    roles.set(role.name, role);
    roleOfUser.set(user, role.name);
  }
  return {
    policy: { namespace, permissions: [...permissions.values()], roles: [...roles.values()] },
    roleOfUser,
  };
}

function roleOf(grants: readonly string[], namespace: string): ImportedRole {
  const digest = createHash('sha256').update(grants.join('\n')).digest('hex').slice(0, 32);
  return { name: `${namespace}/${digest}`, description: `Imported: ${grants.length} permissions`, grants };
}
