import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/**
 * Which resource nodes a subject may act on, as a condition of SQL: one query finds them, whatever their number.
 * Both methods push what they need to `values` and refer to it by position.
 */
export interface ListFilter {
  /** That no resource can be allowed. */
  readonly isEmpty: boolean;
  /** Holds for the rows of `resources`, known as `alias` in the query, that are allowed. */
  onResource(alias: string, values: unknown[]): string;
  /** Holds where `expression` is the id of a resource node that is allowed. */
  onReference(expression: string, values: unknown[]): string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the permissions guard on routes that list. */
    accessFilter?: ListFilter;
  }
}

/** The filter of a route with `list: true`: the handler puts it into its query. Elsewhere a programming error. */
export const AccessFilter = createParamDecorator((_: unknown, context: ExecutionContext): ListFilter => {
  const { accessFilter } = context.switchToHttp().getRequest<FastifyRequest>();
  if (accessFilter === undefined) throw new Error('@AccessFilter() on a route that does not say list: true');
  return accessFilter;
});
