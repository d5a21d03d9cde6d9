/** A permission of another world: the name that it has here, and the one that it has there. */
export interface ImportedPermission {
  readonly name: string;
  readonly originalName: string;
}

/** Lower-case letters, digits and what no other part of the service takes for more than a letter. */
const PLAIN = /^[a-z0-9._/{}:~-]$/u;

/**
 * `resource:action`, where the action is the original name; every byte of UTF-8 that could mean something else here
 * (a capital, a blank, `*`, `%`) is spelled `%xx`. Different names stay different, and each can be read back.
 */
export function importedPermission(
  resource: string,
  originalName: string,
  folded = originalName,
): ImportedPermission {
  return { name: `${resource}:${[...folded].map(spelled).join('')}`, originalName };
}

function spelled(character: string): string {
  if (PLAIN.test(character)) return character;
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
