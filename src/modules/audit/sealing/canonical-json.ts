/** A flat object: what the trail hashes and signs is never nested. */
export type FlatObject = Readonly<Record<string, string | number | null>>;

/**
 * RFC 8785 for flat objects whose numbers are integers: keys in order, no white space. `JSON.stringify` escapes
 * strings as the RFC does, and keeps to the order of the keys that it is told.
 */
export function canonicalJson(value: FlatObject): string {
  return JSON.stringify(value, Object.keys(value).sort());
}
