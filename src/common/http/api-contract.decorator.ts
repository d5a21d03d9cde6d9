import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import type { ZodType } from 'zod';
import type { ErrorCode } from '../errors';

export interface ApiContractOptions {
  readonly summary: string;
  readonly description?: string;
  /** The status of success; 200 unless told. */
  readonly status?: number;
  /** The body of success. None means an empty body. */
  readonly response?: ZodType;
  /** Headers of success that this operation alone answers with. */
  readonly headers?: NonNullable<ApiResponseOptions['headers']>;
  /** Codes that this operation can answer beyond those that its access, body and parameters imply. */
  readonly errors?: readonly ErrorCode[];
}

/** The extension under which an operation's own error codes reach the OpenAPI document builder. */
export const ERROR_CODES_EXTENSION = 'x-error-codes';

/** One place for what a handler promises: its status and its documentation cannot drift apart. */
export function ApiContract(options: ApiContractOptions): MethodDecorator {
  const { summary, description, status = 200, response, headers, errors = [] } = options;
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary, ...(description !== undefined && { description }) }),
    ApiResponse({
      status,
      description: 'Success',
      ...(response && { standardSchema: response }),
      ...(headers && { headers }),
    }),
    ApiExtension(ERROR_CODES_EXTENSION, [...errors]),
  );
}
