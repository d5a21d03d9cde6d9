import { createHash, type JsonWebKey } from 'node:crypto';

/** RFC 7638, RFC 8037 §2: the hash of the required members of a public key, in lexicographic order. */
export function jwkThumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = { RSA: { e, kty, n }, EC: { crv, kty, x, y }, OKP: { crv, kty, x } }[kty ?? ''];
  if (members === undefined) throw new TypeError(`There is no thumbprint of a key of type ${String(kty)}`);
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
