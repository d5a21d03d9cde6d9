const SEGMENT = '[a-z][a-z0-9-]*';
const RESOURCE = `${SEGMENT}(?:\\.${SEGMENT})*`;

/** The action of an imported permission: a name of another world, in which no character means anything here. */
const IMPORTED_ACTION = '(?:[a-z0-9._/{}:~-]|%[0-9a-f]{2})+';

/** An exact permission, or a wildcard: `catalog.*:read`, `users:*`, `*:read`, `*:*`. */
export const GRANT_PATTERN = new RegExp(
  `^(?:(?:\\*|${RESOURCE}(?:\\.\\*)?):(?:\\*|${SEGMENT})|${RESOURCE}:${IMPORTED_ACTION})$`,
);

/** Every permission there is and will be; for built-in roles only. */
export const EVERYTHING = '*:*';

export function isWildcard(grant: string): boolean {
  return grant.includes('*');
}

/** The resource and the action of a grant or of a permission. */
export function partsOf(grant: string): [resource: string, action: string] {
  const colon = grant.indexOf(':');
  return [grant.slice(0, colon), grant.slice(colon + 1)];
}

/**
 * Whether `grant` covers `permission`. `catalog.*` covers `catalog` and everything below it. A wildcard in the
 * place of the permission stands for what it may cover in future.
 */
export function covers(grant: string, permission: string): boolean {
  const [resource, action] = partsOf(grant);
  const [wantedResource, wantedAction] = partsOf(permission);
  return (action === '*' || action === wantedAction) && coversResource(resource, wantedResource);
}

function coversResource(pattern: string, resource: string): boolean {
  if (pattern === '*' || pattern === resource) return true;
  if (!pattern.endsWith('.*')) return false;
  const base = pattern.slice(0, -2);
  return resource === base || resource.startsWith(`${base}.`);
}
