import { RouteConfig } from '@nestjs/platform-fastify';

/** What the HTTP adapter does differently for one route. */
export interface RouteOptions {
  /** How large a body may be, where it is more than that of others. */
  readonly maxBodyBytes?: number;
  /** Answers with the caller's own `X-Request-ID` where it sent a usable one, as the protocol of the route asks. */
  readonly echoesRequestId?: boolean;
}

/** At most once a handler. */
export function RouteOptions(options: RouteOptions): MethodDecorator {
  return RouteConfig(options);
}
