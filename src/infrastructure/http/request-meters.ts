import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import type { ErrorCode } from '../../common/errors';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where no route took the request. */
    meter: RouteMeter | null;
    /** By the monotonic clock, in milliseconds. */
    receivedAt: number;
  }
  interface FastifyReply {
    problemCode: ErrorCode | null;
  }
}

/** Upper bounds in seconds: from an answer out of memory to a login that had to wait for its hash. */
export const DURATION_BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** What was answered on one route. Every request pays for it, so it only adds to what is there already. */
export class RouteMeter {
  readonly answers = new Map<number, number>();
  /** By the bound that each duration was within; the last one is for those beyond all bounds. */
  readonly durations = new Float64Array(DURATION_BOUNDS.length + 1);
  totalSeconds = 0;

  constructor(
    readonly method: string,
    readonly route: string,
  ) {}

  observe(status: number, seconds: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    let index = 0;
    while (index < DURATION_BOUNDS.length && seconds > (DURATION_BOUNDS[index] ?? 0)) index++;
    this.durations[index] = (this.durations[index] ?? 0) + 1;
    this.totalSeconds += seconds;
  }
}

/**
 * Counts every answer by the pattern of its route, never by its address, of which anybody can make up any number;
 * what no route takes is one series. Keeps plain numbers, which are read when somebody asks for the metrics.
 */
export class RequestMeters {
  readonly problems = new Map<ErrorCode, number>();
  private readonly routes: RouteMeter[] = [];
  private readonly unmatched = this.add('any', 'unmatched');

  all(): readonly RouteMeter[] {
    return this.routes;
  }

  /** To be called before the first route is added. */
  attachTo(instance: FastifyInstance): void {
    instance.decorateRequest('meter', null);
    instance.decorateRequest('receivedAt', 0);
    instance.decorateReply('problemCode', null);
    instance.addHook('onRoute', (route) => {
      const meter = this.add([route.method].flat().join(','), route.url);
      route.onRequest = [
        ...[route.onRequest ?? []].flat(),
        (request, _reply, done) => {
          request.meter = meter;
          done();
        },
      ];
    });
    instance.addHook('onSend', (request, reply, _payload, done) => {
      const meter = request.meter ?? this.unmatched;
      meter.observe(reply.statusCode, (performance.now() - request.receivedAt) / 1_000);
      if (reply.problemCode !== null) this.countProblem(reply.problemCode);
      done();
    });
  }

  /** Of a request that Fastify refused before any hook ran. */
  countRefused(status: number, code: ErrorCode): void {
    this.unmatched.observe(status, 0);
    this.countProblem(code);
  }

  private countProblem(code: ErrorCode): void {
    this.problems.set(code, (this.problems.get(code) ?? 0) + 1);
  }

  private add(method: string, route: string): RouteMeter {
    const meter = new RouteMeter(method, route);
    this.routes.push(meter);
    return meter;
  }
}
