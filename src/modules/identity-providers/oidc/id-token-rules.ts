import { createHash } from 'node:crypto';
import { z } from 'zod';
import { OidcRefusal } from './oidc-refusal';

export const MAX_SKEW_SECONDS = 60;

const JsonObject = z.record(z.string(), z.unknown());

export interface IdTokenHeader {
  readonly alg: string;
  readonly kid: string | undefined;
}

interface IdTokenClaims {
  readonly iat: number;
  readonly azp?: unknown;
  readonly at_hash?: unknown;
  readonly acr?: unknown;
}

interface Expected {
  readonly clientId: string;
  /** One of these, unless there are none. */
  readonly acrValues: readonly string[];
  readonly accessToken: string;
  readonly nowSeconds: number;
}

/** Unverified: good for choosing a key, and for turning down what no key is good for. @throws OidcRefusal */
export function headerOf(idToken: string, algorithms: readonly string[]): IdTokenHeader {
  const { alg, kid } = parse(idToken.split('.')[0] ?? '');
  if (typeof alg !== 'string' || !algorithms.includes(alg)) throw new OidcRefusal('id_token_alg');
  return { alg, kid: typeof kid === 'string' ? kid : undefined };
}

const Claims = z.looseObject({
  iss: z.string(),
  // §2: at most 255 characters. Accounts are found by it, so it must be one that can be stored and told apart.
  sub: z.string().regex(/^\P{C}{1,255}$/u),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  iat: z.number(),
  nonce: z.string(),
  auth_time: z.number().optional(),
});

/**
 * That an ID token is of the form that OpenID Connect Core 1.0 §2 asks of one. Unverified, as {@link headerOf}.
 *
 * @throws OidcRefusal that names the first claim that is missing or malformed
 */
export function requireForm(idToken: string): void {
  const claims = parse(idToken.split('.')[1] ?? '');
  const [claim] = Claims.safeParse(claims).error?.issues[0]?.path ?? [];
  if (claim === undefined) return;
  throw new OidcRefusal(
    `id_token_${String(claim)}_${Object.hasOwn(claims, claim) ? 'malformed' : 'missing'}`,
  );
}

/** What OpenID Connect Core 1.0 §3.1.3.7 asks beyond what the library looks at. @throws OidcRefusal */
export function requireRules(
  { iat, azp, at_hash: atHash, acr }: IdTokenClaims,
  { alg }: IdTokenHeader,
  { clientId, acrValues, accessToken, nowSeconds }: Expected,
): void {
  if (iat > nowSeconds + MAX_SKEW_SECONDS) throw new OidcRefusal('id_token_iat');
  // An ID token that another client got from the same provider (§2, azp).
  if (azp !== undefined && azp !== clientId) throw new OidcRefusal('id_token_azp');
  // §3.1.3.7, rule 12: what is asked for by acr_values is a wish to the provider, and a condition here.
  if (acrValues.length > 0 && !(typeof acr === 'string' && acrValues.includes(acr)))
    throw new OidcRefusal('id_token_acr');
  // An access token that does not belong to the ID token would fetch somebody else's claims.
  if (atHash !== undefined && atHash !== leftHalfOfHash(alg, accessToken))
    throw new OidcRefusal('id_token_at_hash');
}

function leftHalfOfHash(alg: string, value: string): string {
  const digest = createHash(alg.startsWith('Ed') ? 'sha512' : 'sha256')
    .update(value)
    .digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

function parse(part: string): Readonly<Record<string, unknown>> {
  try {
    return JsonObject.parse(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    throw new OidcRefusal('id_token_malformed');
  }
}
