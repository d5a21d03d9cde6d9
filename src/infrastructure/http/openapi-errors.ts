import { RATE_LIMIT_EXTENSION } from '../../common/access';
import { DomainError, ERROR_CATALOGUE, type ErrorCode } from '../../common/errors';
import { ERROR_CODES_EXTENSION } from '../../common/http';
import type { Operation } from './openapi-operation';
import { statusOf, toProblem } from './problem';

const PERMISSION_EXTENSION = 'x-required-permission';
const EXAMPLE_REQUEST_ID = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d60';

/** Documents every error that the operation can answer: those it names, and those that its shape implies. */
export function documentErrors(operation: Operation): void {
  const permission = operation[PERMISSION_EXTENSION];
  if (typeof permission === 'string') {
    const needed = `Requires the permission \`${permission}\`.`;
    operation.description = [operation.description, needed].filter(Boolean).join('\n\n');
  }
  const named = (operation[ERROR_CODES_EXTENSION] ?? []) as ErrorCode[];
  const codes = [...new Set([...named, ...impliedCodes(operation)])].sort();
  for (const code of codes) addCode(operation, code);
  Reflect.deleteProperty(operation, ERROR_CODES_EXTENSION);
  Reflect.deleteProperty(operation, RATE_LIMIT_EXTENSION);
}

function impliedCodes(operation: Operation): ErrorCode[] {
  const has = (location: string, name?: string): boolean =>
    (operation.parameters ?? []).some(
      (parameter) => parameter.in === location && (name ?? parameter.name) === parameter.name,
    );
  const rules: readonly (readonly [boolean, readonly ErrorCode[]])[] = [
    [
      operation.security !== undefined,
      ['AUTH.TOKEN_MISSING', 'AUTH.TOKEN_INVALID', 'AUTH.TOKEN_EXPIRED', 'AUTH.TOKEN_REVOKED'],
    ],
    [operation[PERMISSION_EXTENSION] !== undefined, ['RBAC.MISSING_PERMISSION']],
    [operation[RATE_LIMIT_EXTENSION] !== undefined, ['AUTH.RATE_LIMITED']],
    [
      operation.requestBody !== undefined,
      ['REQUEST.MALFORMED', 'REQUEST.UNSUPPORTED_MEDIA_TYPE', 'REQUEST.TOO_LARGE'],
    ],
    [has('path') || has('query'), ['REQUEST.MALFORMED']],
    [has('query', 'cursor'), ['REQUEST.INVALID_CURSOR']],
    [has('header', 'If-Match'), ['REQUEST.PRECONDITION_REQUIRED', 'REQUEST.PRECONDITION_FAILED']],
    [true, ['SERVICE.UNAVAILABLE', 'SERVICE.INTERNAL_ERROR']],
  ];
  return rules.flatMap(([applies, codes]) => (applies ? codes : []));
}

function addCode(operation: Operation, code: ErrorCode): void {
  const { kind, title } = ERROR_CATALOGUE[code];
  const status = String(statusOf(kind));
  const response = (operation.responses[status] ??= { description: '' });
  response.description = [response.description, `\`${code}\``].filter(Boolean).join(', ');
  const content = (response.content ??= {});
  const media = (content['application/problem+json'] ??= {
    schema: { $ref: '#/components/schemas/Problem' },
  });
  const value = toProblem(new DomainError(code), EXAMPLE_REQUEST_ID);
  media.examples = { ...media.examples, [code]: { summary: title, value } };
}
