import type { RoleDefinition } from './compiled-policy';
import { isWildcard, partsOf } from './grant-pattern';

/**
 * The registry's bits, and further ones for the permissions that may be declared one day.
 *
 * Who may grant what is decided for those as well: else somebody who holds all that `billing.*:*` covers today,
 * perhaps nothing, could grant it and would have given away what a later release brings. A permission to come is
 * either one that a role names already, or differs from another only in which wildcards of `roles` cover it. For
 * the latter one stand-in for each such kind is enough: every resource that a wildcard names, and its "below",
 * with every action that one names, and any other.
 */
export function withPermissionsToCome(
  registry: ReadonlyMap<string, number>,
  roles: readonly RoleDefinition[],
): Map<string, number> {
  const grants = new Set(roles.flatMap(({ grants, except }) => [...grants, ...except]));
  const bits = new Map(registry);
  let next = Math.max(-1, ...registry.values()) + 1;
  for (const name of [...grants].filter((grant) => !isWildcard(grant)).concat(standInsFor(grants))) {
    if (!bits.has(name)) bits.set(name, next++);
  }
  return bits;
}

function standInsFor(grants: ReadonlySet<string>): string[] {
  const resources = new Set(['*']);
  const actions = new Set(['*']);
  for (const grant of grants) {
    if (!isWildcard(grant)) continue;
    const [resource, action] = partsOf(grant);
    resources.add(resource);
    if (resource.endsWith('.*')) resources.add(resource.slice(0, -2));
    actions.add(action);
  }
  return [...resources].flatMap((resource) => [...actions].map((action) => `${resource}:${action}`));
}
