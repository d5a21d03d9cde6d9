import { parseFilter, type Filter } from 'ldapjs';

/** Stands for the typed name while the template is parsed. */
const PLACEHOLDER = 'portcullisTypedName';

interface Node {
  readonly clauses?: readonly Node[];
  value?: unknown;
}

/**
 * The filter of a template such as `(uid={{username}})`. The name is put into the parsed filter, never into its text:
 * whatever it holds, it is one value (ldapjs sends the escapes of RFC 4515 as they stand, so they are no way to do it).
 */
export function userFilter(template: string, username: string): Filter {
  const filter = parseFilter(template.replaceAll('{{username}}', PLACEHOLDER));
  fill(filter as Node, username);
  return filter;
}

/** Whether each typed name can be put into the template: it stands for whole values, not in the middle of patterns. */
export function isUserFilter(template: string): boolean {
  try {
    const filled: { toString(): string } = userFilter(template, 'x');
    return !filled.toString().includes(PLACEHOLDER);
  } catch {
    return false;
  }
}

function fill(node: Node, username: string): void {
  for (const clause of node.clauses ?? []) fill(clause, username);
  if (typeof node.value === 'string')
    node.value = unescaped(node.value).replaceAll(PLACEHOLDER, () => username);
}

function unescaped(value: string): string {
  if (!value.includes('\\')) return value;
  const bytes = value.replace(
    /\\([0-9a-f]{2})|[^\\]+/gi,
    (text, hex: string | undefined) => hex ?? Buffer.from(text).toString('hex'),
  );
  return Buffer.from(bytes, 'hex').toString();
}
