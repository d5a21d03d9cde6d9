/**
 * Whether a provider may vouch for an address: it knows those of its own domains, and repeats what it was told of others.
 */
export function isVouchedFor(email: string | null, domains: readonly string[]): boolean {
  return email !== null && domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
}
