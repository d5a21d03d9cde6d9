/** A flat object: what the trail hashes and signs is never nested. */
export type FlatObject = Readonly<Record<string, string | number | null>>;

/**
 * RFC 8785 for flat objects whose numbers are integers: keys in order, no white space. `JSON.stringify` escapes
 * strings as the RFC does.
 */
export function canonicalJson(value: FlatObject): string {
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`);
  return `{${members.join(',')}}`;
}
