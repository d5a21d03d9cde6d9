import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigType } from '@nestjs/config';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors';
import type { appConfig } from '../../config/app.config';
import { createFastify, type Lifecycle } from './fastify-instance';
import { RequestMeters } from './request-meters';
import { RouteMethods } from './route-methods';
import { sendProblem } from './send-problem';
import { answerWhileStarting } from './starting';

/** In production a front must see that readiness is gone before connections are refused. */
const LINGER_MS = 2_000;
/** No request takes longer: the slowest statement ends before. */
const MAX_DRAIN_MS = 5_000;
const SWEEP_INTERVAL_MS = 50;

/** Nest on Fastify, with the limits, headers and errors of this service, and an orderly end. */
export class HttpAdapter extends FastifyAdapter {
  /** What was answered so far. */
  readonly meters: RequestMeters;
  private readonly lifecycle: Lifecycle;
  private readonly methods = new RouteMethods();
  private readonly lingerMs: number;
  private readonly starting: RequestListener;
  private serve: (() => void) | undefined;

  /** `checks` says, while the application does not exist yet, what it waits for. */
  constructor(config: ConfigType<typeof appConfig>, checks: () => Readonly<Record<string, string>>) {
    const lifecycle: Lifecycle = { isDraining: false };
    const meters = new RequestMeters();
    super(createFastify(config, lifecycle, meters));
    this.meters = meters;
    this.lifecycle = lifecycle;
    this.lingerMs = config.mode === 'production' ? LINGER_MS : 0;
    this.starting = answerWhileStarting(config.publicUrl, checks);
    this.instance.addHook('onRoute', ({ url, method }) => {
      this.methods.add(url, method);
    });
  }

  /** Whether the end has begun: requests are still served, but none should be sent here. */
  get isDraining(): boolean {
    return this.lifecycle.isDraining;
  }

  /**
   * Listens before the application exists, so that probes learn what it waits for. The socket stays: once the
   * application listens, the next request on any connection is its own.
   */
  async open(port: number, host: string): Promise<void> {
    const { server } = this.instance;
    const serving = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request').on('request', this.starting);
    this.serve = () => {
      server.off('request', this.starting);
      for (const listener of serving) server.on('request', listener);
    };
    server.listen(port, host);
    await once(server, 'listening');
  }

  /** Where the adapter is open already, the application takes over what it listens on. */
  override listen(port: string | number, ...rest: unknown[]): void {
    const callback = rest.at(-1) as (error?: Error) => void;
    const { serve } = this;
    if (serve === undefined) {
      super.listen(port, rest[0] as string, callback);
      return;
    }
    this.instance.ready((error) => {
      if (error === null) serve();
      callback(error ?? undefined);
    });
  }

  /** What no route takes is 405 where its path takes other methods; `handler` answers the rest. */
  override setNotFoundHandler(
    handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
  ): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return super.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
      const allowed = this.methods.of(request.url);
      if (allowed.length === 0) return handler(request, reply);
      void reply.header('allow', allowed.join(', '));
      sendProblem(reply, new DomainError('REQUEST.METHOD_NOT_ALLOWED'), request.id);
      return reply;
    });
  }

  /**
   * Called by Nest before anything else ends, so that the last requests find everything still working. Stops
   * accepting, and resolves once every request in flight has its answer.
   */
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- declared as void, but Nest awaits it
  override async beforeClose(): Promise<void> {
    super.beforeClose();
    this.lifecycle.isDraining = true;
    const server = this.instance.server;
    if (server.listening) await sleep(this.lingerMs);
    // A connection that was busy when the server closed turns idle later, and would be waited for.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, SWEEP_INTERVAL_MS);
    const limit = setTimeout(() => {
      server.closeAllConnections();
    }, MAX_DRAIN_MS);
    try {
      await this.instance.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(limit);
    }
  }
}

export function createHttpAdapter(
  config: ConfigType<typeof appConfig>,
  checks: () => Readonly<Record<string, string>> = () => ({ process: 'starting' }),
): HttpAdapter {
  return new HttpAdapter(config, checks);
}
