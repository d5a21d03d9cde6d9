import type {
  ON_RESOURCE_EXTENSION,
  RATE_LIMIT_EXTENSION,
  REQUIRED_ASSURANCE_EXTENSION,
  RequiredAssurance,
} from '../../../common/access';
import type { ErrorCode } from '../../../common/errors';
import type { ERROR_CODES_EXTENSION } from '../../../common/http';

/** The parts of OpenAPI 3.1 that the finishing pass reads and writes. */
export interface Content {
  schema?: { $ref?: string };
  example?: unknown;
  examples?: Record<string, { summary: string; value: unknown }>;
}

export interface Response {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Content>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
}

export interface Operation {
  description?: string;
  parameters?: Parameter[] | undefined;
  requestBody?: { required?: boolean; content: Record<string, Content> };
  responses: Record<string, Response>;
  security?: readonly object[];
  'x-required-permission'?: string;
  [ON_RESOURCE_EXTENSION]?: boolean;
  [ERROR_CODES_EXTENSION]?: readonly ErrorCode[];
  [RATE_LIMIT_EXTENSION]?: string;
  [REQUIRED_ASSURANCE_EXTENSION]?: RequiredAssurance;
}

export interface LocatedOperation {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}
