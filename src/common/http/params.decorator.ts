import { createParamDecorator, Param, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { DomainError } from '../errors';
import { uuidField } from '../validation';
import { requestOf } from './request-of';

/** A path parameter that is a UUID; anything else is 400 before the handler runs. */
export function UuidParam(name: string): ParameterDecorator {
  return Param(name, { schema: uuidField });
}

/**
 * The version that the caller saw, from `If-Match` (RFC 9110 §13.1.1). Required: a write that does not say what
 * it changes would silently overwrite somebody else's.
 */
export const IfMatchVersion = createParamDecorator(versionOf, [documentIfMatch]);

function versionOf(_: unknown, context: ExecutionContext): number {
  const header = requestOf(context).headers['if-match'];
  if (header === undefined) {
    throw new DomainError('REQUEST.PRECONDITION_REQUIRED', {
      detail: 'Send the ETag that you last saw as If-Match, such as If-Match: "3".',
    });
  }
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined) {
    throw new DomainError('REQUEST.PRECONDITION_FAILED', {
      detail: 'If-Match holds one strong ETag, such as "3".',
    });
  }
  return Number(version);
}

function documentIfMatch(target: object, key: string | symbol | undefined): void {
  const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
  if (key === undefined || descriptor === undefined) return;
  ApiHeader({ name: 'If-Match', required: true, description: 'The ETag that you last saw', example: '"3"' })(
    target,
    key,
    descriptor,
  );
}
