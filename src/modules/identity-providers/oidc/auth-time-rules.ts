import { MAX_SKEW_SECONDS } from './id-token-rules';
import { OidcRefusal } from './oidc-refusal';

/** How fresh an authentication at the provider must be. */
export interface RequiredFreshness {
  /** Seconds. */
  readonly maxAge?: number;
  /** Not before this second: asked anew, whoever is signed in there. */
  readonly since?: number;
}

/**
 * OpenID Connect Core 1.0 §3.1.3.7, rule 13: browsers carry what is asked of the provider, and providers may overlook it.
 *
 * @throws OidcRefusal
 */
export function requireFreshness(
  authTime: unknown,
  { maxAge, since }: RequiredFreshness,
  nowSeconds: number,
): void {
  const isRequired = maxAge !== undefined || since !== undefined;
  if (authTime === undefined && !isRequired) return;
  if (typeof authTime !== 'number') throw new OidcRefusal('auth_time_missing');
  if (authTime > nowSeconds + MAX_SKEW_SECONDS) throw new OidcRefusal('auth_time_ahead');
  const earliest = Math.max(since ?? 0, maxAge === undefined ? 0 : nowSeconds - maxAge);
  if (authTime < earliest - MAX_SKEW_SECONDS) throw new OidcRefusal('auth_time_too_old');
}
