import type { ArgumentsHost } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The request of an HTTP route. `switchToHttp()` makes a handful of functions at each call, for every request anew. */
export function requestOf(host: ArgumentsHost): FastifyRequest {
  return host.getArgByIndex<FastifyRequest>(0);
}
