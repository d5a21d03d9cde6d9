import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { IdTokenHeader } from './id-token-rules';
import { OidcRefusal } from './oidc-refusal';

const MIN_RSA_BITS = 2_048;
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'ed25519'];

interface PublishedKey {
  readonly kid?: string | undefined;
}

/**
 * The keys that an ID token may be verified by. What a key signed that others can forge says nothing (NIST SP 800-131A;
 * RFC 7518 §3.3).
 *
 * @throws OidcRefusal when the keys that the token names are all of that sort
 */
export function strongKeys<Key extends PublishedKey>(keys: readonly Key[], { kid }: IdTokenHeader): Key[] {
  const named = keys.filter((key) => kid === undefined || key.kid === kid);
  const strong = named.filter((key) => weaknessOf(key) === null);
  const [weak] = named;
  const reason = strong.length === 0 && weak !== undefined ? weaknessOf(weak) : null;
  if (reason !== null) throw new OidcRefusal(reason);
  return strong;
}

/** For the trail; null where there is none. */
function weaknessOf(key: object): string | null {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({
      key: key as JsonWebKey,
      format: 'jwk',
    });
    if (type === 'rsa') return (details?.modulusLength ?? 0) < MIN_RSA_BITS ? 'key_too_weak' : null;
    return CURVES.includes(details?.namedCurve ?? type) ? null : 'key_curve';
  } catch {
    return 'key_malformed';
  }
}
