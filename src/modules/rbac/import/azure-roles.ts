import { z } from 'zod';
import { importedPermission, type ImportedPermission } from './imported-permission';
import type { ImportedPolicy, ImportedRole } from './imported-policy';

const namesField = z.array(z.string().min(1)).nullish();

/** Role definitions as Azure writes them; what else they hold is of no concern here. */
const AzureRoles = z.array(
  z.object({
    roleName: z.string().min(1).max(150),
    description: z.string().nullish(),
    permissions: z.array(
      z.object({
        actions: namesField,
        notActions: namesField,
        dataActions: namesField,
        notDataActions: namesField,
      }),
    ),
  }),
);
type AzureRole = z.infer<typeof AzureRoles>[number];

/** Azure acts on two planes that share no names: an action grants nothing on data. */
const PLANES = [
  { resource: 'action', grants: 'actions', except: 'notActions' },
  { resource: 'data-action', grants: 'dataActions', except: 'notDataActions' },
] as const;
type Plane = (typeof PLANES)[number];

/**
 * Each permission object of a role is its (actions − notActions), and a role the union of those. Wildcards cover the
 * concrete names of their plane that the file holds, without regard to case.
 *
 * @throws ZodError when the file is of another shape.
 */
export function readAzureRoles(file: unknown, namespace: string): ImportedPolicy {
  const roles = AzureRoles.parse(file);
  const planes = PLANES.map((plane) => new PlaneNames(plane, namespace, roles));
  return {
    namespace,
    permissions: planes.flatMap((plane) => [...plane.byKey.values()]),
    roles: roles.map((role) => toImportedRole(role, namespace, planes)),
  };
}

function toImportedRole(role: AzureRole, namespace: string, planes: readonly PlaneNames[]): ImportedRole {
  const grants = new Set<string>();
  for (const names of planes) {
    for (const permission of role.permissions) {
      const excepted = names.covered(permission[names.plane.except]);
      for (const name of names.covered(permission[names.plane.grants])) {
        if (!excepted.has(name)) grants.add(name);
      }
    }
  }
  return {
    name: `${namespace}/${role.roleName}`,
    description: role.description?.slice(0, 1_000) ?? '',
    grants: [...grants].sort(),
  };
}

/** The concrete names of one plane. */
class PlaneNames {
  readonly byKey = new Map<string, ImportedPermission>();
  private readonly expanded = new Map<string, readonly string[]>();

  constructor(
    readonly plane: Plane,
    namespace: string,
    roles: readonly AzureRole[],
  ) {
    for (const permission of roles.flatMap((role) => role.permissions)) {
      for (const name of [...(permission[plane.grants] ?? []), ...(permission[plane.except] ?? [])]) {
        const key = name.toLowerCase();
        if (name.includes('*') || this.byKey.has(key)) continue;
        this.byKey.set(key, importedPermission(`${namespace}.${plane.resource}`, name, key));
      }
    }
  }

  covered(patterns: readonly string[] | null | undefined): Set<string> {
    return new Set((patterns ?? []).flatMap((pattern) => this.expand(pattern.toLowerCase())));
  }

  private expand(pattern: string): readonly string[] {
    const known = this.expanded.get(pattern);
    if (known !== undefined) return known;
    const names = pattern.includes('*')
      ? [...this.byKey].flatMap(([key, { name }]) => (covers(pattern, key) ? [name] : []))
      : [this.byKey.get(pattern)?.name ?? ''];
    this.expanded.set(pattern, names);
    return names;
  }
}

/** `*` stands for any text, none included. Each literal part is taken at its first place, but for the last. */
function covers(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= name.length - last.length;
}
