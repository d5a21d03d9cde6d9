import {
  ON_RESOURCE_EXTENSION,
  RATE_LIMIT_EXTENSION,
  REQUIRED_ASSURANCE_EXTENSION,
} from '../../../common/access';
import { DomainError, ERROR_CATALOGUE, type ErrorCode } from '../../../common/errors';
import { ERROR_CODES_EXTENSION } from '../../../common/http';
import { PROBLEM_JSON, problemOf, statusOf } from '../problem';
import type { Operation, Response } from './operation';

const EXAMPLE_REQUEST_ID = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d60';

const BEARER: readonly ErrorCode[] = [
  'AUTH.TOKEN_MISSING',
  'AUTH.TOKEN_INVALID',
  'AUTH.TOKEN_EXPIRED',
  'AUTH.TOKEN_REVOKED',
];
/** A body that nobody asked for is read and refused all the same. */
const BODY: readonly ErrorCode[] = ['REQUEST.UNSUPPORTED_MEDIA_TYPE'];
const IF_MATCH: readonly ErrorCode[] = ['REQUEST.PRECONDITION_REQUIRED', 'REQUEST.PRECONDITION_FAILED'];
/** Address and headers may be malformed, too large or too slow, too, whatever the operation takes. */
const ALWAYS: readonly ErrorCode[] = [
  'REQUEST.MALFORMED',
  'REQUEST.TIMED_OUT',
  'REQUEST.HEADERS_TOO_LARGE',
  'REQUEST.TOO_LARGE',
  'SERVICE.INTERNAL_ERROR',
  'SERVICE.UNAVAILABLE',
];

/** The refusals of `operation`, by status: those that it declares and those that its form implies. */
export function errorResponses(operation: Operation, method: string): Record<string, Response> {
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(operation, method)) {
    const status = statusOf(code);
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...codesByStatus].map(([status, codes]) => [String(status), errorResponse(codes)]),
  );
}

function errorCodesOf(operation: Operation, method: string): ReadonlySet<ErrorCode> {
  const { parameters = [], security = [] } = operation;
  const has = (place: string, name?: string): boolean =>
    parameters.some((parameter) => parameter.in === place && (name === undefined || parameter.name === name));
  const when = (condition: boolean, codes: readonly ErrorCode[]): readonly ErrorCode[] =>
    condition ? codes : [];
  return new Set<ErrorCode>([
    ...(operation[ERROR_CODES_EXTENSION] ?? []),
    ...when(security.length > 0, BEARER),
    ...when(operation['x-required-permission'] !== undefined, ['RBAC.MISSING_PERMISSION']),
    ...when(operation[ON_RESOURCE_EXTENSION] !== undefined, ['RBAC.RESOURCE_NOT_FOUND']),
    ...when(operation[REQUIRED_ASSURANCE_EXTENSION] !== undefined, ['AUTH.INSUFFICIENT_USER_AUTHENTICATION']),
    ...when(operation[RATE_LIMIT_EXTENSION] !== undefined, ['AUTH.RATE_LIMITED']),
    ...when(method !== 'get', BODY),
    ...when(has('query', 'cursor'), ['REQUEST.INVALID_CURSOR']),
    ...when(has('header', 'If-Match'), IF_MATCH),
    ...ALWAYS,
  ]);
}

function errorResponse(codes: readonly ErrorCode[]): Response {
  const examples = codes.map((code) => [
    code,
    { summary: ERROR_CATALOGUE[code].title, value: problemOf(new DomainError(code), EXAMPLE_REQUEST_ID) },
  ]);
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: {
      [PROBLEM_JSON]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(examples) as Record<string, { summary: string; value: unknown }>,
      },
    },
  };
}
