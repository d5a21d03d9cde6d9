import { RouteConfig } from '@nestjs/platform-fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    isSynchronous?: true;
  }
}

type Handler<Result> = (...args: never[]) => Result;

/**
 * Declares that the handler answers from memory, without a promise, which the compiler checks. Its request then need
 * not be carried past an `await`, which costs every other request of the process something too (before Node 24).
 * `RequestContext` is empty in it.
 */
export function Synchronous() {
  return <Result>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Handler<Result>> &
      (Extract<Result, PromiseLike<unknown>> extends never ? unknown : never),
  ): void => {
    RouteConfig({ isSynchronous: true })(target, key, descriptor);
  };
}
