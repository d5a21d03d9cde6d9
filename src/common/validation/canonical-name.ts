/**
 * The one form under which a username or an email address is unique, found and counted: every spelling that
 * people and directories take for the same name has the same one (Unicode NFKC, case folded, trimmed).
 */
export function canonicalName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}
