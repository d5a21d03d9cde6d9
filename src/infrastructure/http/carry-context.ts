import type { FastifyInstance } from 'fastify';
import { RequestContext } from '../request-context';

/**
 * Lets the handlers of all routes that are added from now on, and whatever they start, find their request again. A
 * synchronous handler has no `await` after which it would have to.
 */
export function carryContext(instance: FastifyInstance): void {
  const requests = new RequestContext();
  instance.addHook('onRoute', (route) => {
    if (route.config?.isSynchronous === true) return;
    const { handler } = route;
    route.handler = function (request, reply): unknown {
      return requests.serve(request, () => handler.call(this, request, reply));
    };
  });
}
