import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorCode, type ErrorKind } from '../../common/errors';
import type { Problem } from '../../common/http';
import { isDatabaseUnavailable } from '../database';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  precondition_required: 428,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

/** What frameworks call a failed request, in our codes. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'AUTH.TOKEN_INVALID',
  403: 'RBAC.MISSING_PERMISSION',
  404: 'REQUEST.NOT_FOUND',
  413: 'REQUEST.TOO_LARGE',
  415: 'REQUEST.UNSUPPORTED_MEDIA_TYPE',
  503: 'SERVICE.UNAVAILABLE',
};

/** The codes for which a client presented a token that is no good (RFC 6750 §3.1). */
const INVALID_TOKEN: ReadonlySet<ErrorCode> = new Set([
  'AUTH.TOKEN_INVALID',
  'AUTH.TOKEN_EXPIRED',
  'AUTH.TOKEN_REVOKED',
]);

export function statusOf(kind: ErrorKind): number {
  return STATUS[kind];
}

/** Whatever was thrown, as an error of ours. What we do not know is our own fault and tells the client nothing. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (isDatabaseUnavailable(error)) {
    return new DomainError('SERVICE.UNAVAILABLE', { retryAfterSeconds: retryAfter(), cause: error });
  }
  const status = error instanceof HttpException ? error.getStatus() : statusCodeOf(error);
  const code =
    status === undefined
      ? undefined
      : (CODE_OF_STATUS[status] ?? (status < 500 ? 'REQUEST.MALFORMED' : undefined));
  return new DomainError(code ?? 'SERVICE.INTERNAL_ERROR', { cause: error });
}

/** The error as RFC 9457 wants it. */
export function toProblem(error: DomainError, requestId: string): Problem {
  const { detail, errors, extensions } = error.options;
  return {
    type: `urn:portcullis:error:${error.code}`,
    title: error.title,
    status: statusOf(error.kind),
    code: error.code,
    ...(detail !== undefined && { detail }),
    requestId,
    ...(errors !== undefined && { errors: [...errors] }),
    ...extensions,
  };
}

/** The headers that go with an error. */
export function problemHeaders(error: DomainError): Record<string, string> {
  const { retryAfterSeconds } = error.options;
  const challenge = INVALID_TOKEN.has(error.code) ? 'Bearer error="invalid_token"' : 'Bearer';
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(error.kind === 'unauthenticated' && { 'www-authenticate': challenge }),
    ...(error.kind === 'unavailable' && { 'retry-after': String(retryAfterSeconds ?? retryAfter()) }),
    ...(error.kind === 'rate_limited' &&
      retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
}

/** Spread out, so that clients that failed together do not come back together. */
function retryAfter(): number {
  return 1 + Math.floor(Math.random() * 3);
}

function statusCodeOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
