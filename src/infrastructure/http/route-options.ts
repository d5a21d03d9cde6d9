import type { FastifyReply, FastifyRequest, RouteOptions as FastifyRouteOptions } from 'fastify';
import type { RouteOptions } from '../../common/http';

/** Visible ASCII of a bearable length: what cannot smuggle a header or flood a log. */
const USABLE_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** Applies what the handler said by `@RouteOptions()`, once, when the route is added: others pay nothing for it. */
export function applyRouteOptions(route: FastifyRouteOptions): void {
  const { maxBodyBytes, echoesRequestId } = (route.config ?? {}) as RouteOptions;
  if (maxBodyBytes !== undefined) route.bodyLimit = maxBodyBytes;
  if (echoesRequestId === true) route.onRequest = [...[route.onRequest ?? []].flat(), echoRequestId];
}

function echoRequestId(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const id = request.headers['x-request-id'];
  if (typeof id === 'string' && USABLE_REQUEST_ID.test(id)) void reply.header('x-request-id', id);
  done();
}
