import { DomainError } from '../../../common/errors';

/** The provider's answer is not to be believed. */
export class OidcRefusal extends Error {
  /** `reason` is for the audit trail alone. */
  constructor(readonly reason: string) {
    super(`The OpenID provider's answer was refused: ${reason}`);
    this.name = 'OidcRefusal';
  }
}

const REASONS: Readonly<Record<string, string>> = {
  OAUTH_AUTHORIZATION_RESPONSE_ERROR: 'refused_by_provider',
  OAUTH_RESPONSE_BODY_ERROR: 'code_refused_by_provider',
  OAUTH_WWW_AUTHENTICATE_CHALLENGE: 'client_refused_by_provider',
  OAUTH_KEY_SELECTION_FAILED: 'key_unknown',
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'userinfo_sub',
  OAUTH_RESPONSE_IS_NOT_CONFORM: 'answer_status',
  OAUTH_INVALID_RESPONSE: 'answer_malformed',
  OAUTH_PARSE_ERROR: 'answer_unreadable',
};

/** What the library threw, in our terms: an outage stays one, everything else is a refusal with a reason of its own. */
export function refusalOf(error: unknown): DomainError | OidcRefusal {
  let reason = 'invalid_answer';
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof OidcRefusal || at instanceof DomainError) return at;
    const { code, cause } = at as Error & { readonly code?: string; readonly cause?: unknown };
    const { claim } = (cause ?? {}) as { readonly claim?: unknown };
    if (typeof claim === 'string') return new OidcRefusal(`id_token_${claim}`);
    if (at.message.includes('signature')) return new OidcRefusal('id_token_signature');
    reason = REASONS[code ?? ''] ?? reason;
  }
  return new OidcRefusal(reason);
}
