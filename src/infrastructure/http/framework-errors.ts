import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorCode } from '../../common/errors';
import { isDatabaseUnavailable, isTransient } from '../database';

/** What Nest and Fastify refuse by themselves, in our codes. Their texts are not passed on: they tell too much. */
const CODE_BY_STATUS: Readonly<Partial<Record<number, ErrorCode>>> = {
  400: 'REQUEST.MALFORMED',
  401: 'AUTH.TOKEN_INVALID',
  403: 'RBAC.MISSING_PERMISSION',
  404: 'REQUEST.NOT_FOUND',
  405: 'REQUEST.NOT_FOUND',
  408: 'REQUEST.TIMED_OUT',
  413: 'REQUEST.TOO_LARGE',
  414: 'REQUEST.MALFORMED',
  415: 'REQUEST.UNSUPPORTED_MEDIA_TYPE',
  429: 'AUTH.RATE_LIMITED',
  503: 'SERVICE.UNAVAILABLE',
};

/** Every exception as one that clients may see. What nobody expected is `SERVICE.INTERNAL_ERROR`, its cause kept. */
export function toDomainError(exception: unknown): DomainError {
  if (exception instanceof DomainError) return exception;
  if (isDatabaseUnavailable(exception) || isTransient(exception))
    return new DomainError('SERVICE.UNAVAILABLE', { cause: exception });
  const code = CODE_BY_STATUS[statusOf(exception)] ?? 'SERVICE.INTERNAL_ERROR';
  return new DomainError(code, { cause: exception });
}

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  return isFastifyError(exception) ? exception.statusCode : 500;
}

function isFastifyError(exception: unknown): exception is Error & { statusCode: number } {
  const { code, statusCode } = (exception ?? {}) as { code?: unknown; statusCode?: unknown };
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number';
}
