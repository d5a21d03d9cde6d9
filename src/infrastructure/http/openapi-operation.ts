import type { OpenAPIObject } from '@nestjs/swagger';

export interface MediaType {
  schema?: { $ref?: string };
  example?: unknown;
  examples?: Record<string, { summary: string; value: unknown }>;
}

/** The part of an operation that we complete. Extensions are members of their own. */
export interface Operation extends Record<string, unknown> {
  description?: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, { description: string; content?: Record<string, MediaType> }>;
  security?: unknown[];
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) =>
    METHODS.flatMap((method) => (path[method] === undefined ? [] : [path[method] as unknown as Operation])),
  );
}
