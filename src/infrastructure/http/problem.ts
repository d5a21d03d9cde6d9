import { ERROR_CATALOGUE, type DomainError, type ErrorCode, type ErrorKind } from '../../common/errors';
import type { Problem } from '../../common/http';

export const PROBLEM_JSON = 'application/problem+json';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  timed_out: 408,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  precondition_required: 428,
  rate_limited: 429,
  headers_too_large: 431,
  internal: 500,
  unavailable: 503,
};

/** RFC 6750 §3.1: an error is named only where a token was presented. */
const INVALID_TOKEN: ReadonlySet<ErrorCode> = new Set([
  'AUTH.TOKEN_INVALID',
  'AUTH.TOKEN_EXPIRED',
  'AUTH.TOKEN_REVOKED',
]);

export function statusOf(code: ErrorCode): number {
  return STATUS[ERROR_CATALOGUE[code].kind];
}

/**
 * The body of RFC 9457. `type` is a URN, since it must outlive every address at which this service and its
 * documentation are found; docs/errors.md lists the errors by `code`.
 */
export function problemOf(error: DomainError, requestId: string): Problem {
  const { code, title, options } = error;
  return {
    ...options.extensions,
    type: `urn:portcullis:error:${code}`,
    title,
    status: statusOf(code),
    code,
    ...(options.detail !== undefined && { detail: options.detail }),
    requestId,
    ...(options.errors !== undefined && { errors: [...options.errors] }),
  };
}

/** The headers that go with the body: how to authenticate (RFC 9110 §11.6.1), when to come back (§10.2.3). */
export function problemHeaders({ kind, code, title, options }: DomainError): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': PROBLEM_JSON };
  if (kind === 'unauthenticated') {
    headers['www-authenticate'] = challengeOf(code, title, options.extensions);
  }
  if (kind === 'unavailable' || kind === 'rate_limited') {
    headers['retry-after'] = String(options.retryAfterSeconds ?? jitteredSeconds());
  }
  return headers;
}

function challengeOf(
  code: ErrorCode,
  title: string,
  extensions: Readonly<Record<string, unknown>> = {},
): string {
  if (INVALID_TOKEN.has(code)) return `Bearer error="invalid_token", error_description="${title}"`;
  if (code !== 'AUTH.INSUFFICIENT_USER_AUTHENTICATION') return 'Bearer';
  const { acrValues, maxAge } = extensions;
  return [
    'Bearer error="insufficient_user_authentication"',
    ...(typeof acrValues === 'string' ? [`acr_values="${acrValues}"`] : []),
    ...(typeof maxAge === 'number' ? [`max_age="${maxAge}"`] : []),
  ].join(', ');
}

/** One to three: clients that failed together must not come back together. */
function jitteredSeconds(): number {
  return 1 + Math.floor(Math.random() * 3);
}
