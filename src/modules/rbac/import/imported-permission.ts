/** A permission of another world: the name that it has here, and the one that it has there. */
export interface ImportedPermission {
  readonly name: string;
  readonly originalName: string;
}

/** All but lower-case letters, digits and what no other part of the service takes for more than a letter. */
const MEANINGFUL = /[^a-z0-9._/{}:~-]/gu;

/**
 * `resource:action`, where the action is the original name; every byte of UTF-8 that could mean something else here
 * (a capital, a blank, `*`, `%`) is spelled `%xx`. Different names stay different, and each can be read back.
 */
export function importedPermission(
  resource: string,
  originalName: string,
  folded = originalName,
): ImportedPermission {
  return { name: `${resource}:${folded.replace(MEANINGFUL, spelled)}`, originalName };
}

function spelled(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
