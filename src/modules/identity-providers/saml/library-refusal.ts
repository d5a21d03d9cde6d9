import { SamlRefusal, type SamlRefusalReason } from './saml-refusal';

/** The library says why in words only; its version is pinned, and a test asks for each of these reasons. */
const REASONS: readonly (readonly [RegExp, SamlRefusalReason])[] = [
  [/^Invalid (?:document )?signature/, 'signature_invalid'],
  [/audience/i, 'wrong_audience'],
  [/not yet valid/, 'not_yet_valid'],
  [/expired/, 'expired'],
  [/NotOnOrAfter/, 'no_expiry'],
];

export function libraryRefusal(error: unknown, isEncrypted: boolean): SamlRefusal {
  if (error instanceof SamlRefusal) return error;
  const message = error instanceof Error ? error.message : '';
  const reason = REASONS.find(([pattern]) => pattern.test(message))?.[1];
  return new SamlRefusal(reason ?? (isEncrypted ? 'decryption_failed' : 'malformed'), { cause: error });
}
