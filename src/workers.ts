import cluster, { type Worker } from 'node:cluster';
import { performance } from 'node:perf_hooks';
import { Logger } from '@nestjs/common';
import { MetricsRelay } from './infrastructure/metrics';

/** What a worker tells its primary once it serves. */
export const SERVING = 'serving';

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;
/** A worker that has lived for this long did not die of its start. */
const STABLE_AFTER_MS = 30_000;

/**
 * The workers of this cluster. One that dies is started again, with backoff. Where not even one has ever served and
 * one gives up, what is wrong would not get better: then all end, with its exit code.
 */
export class Workers {
  /** The exit code, once {@link stop} was called or a start was given up, and no worker is left. */
  readonly ended: Promise<number>;
  private readonly logger = new Logger('Workers');
  private readonly living = new Set<Worker>();
  private resolveEnded: (exitCode: number) => void = () => undefined;
  private isStopping = false;
  private exitCode = 0;
  private haveServed = false;
  private backoffMs = FIRST_BACKOFF_MS;

  constructor(private readonly count: number) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
  }

  start(): void {
    cluster.on('message', (_worker, message) => {
      if (message === SERVING) this.haveServed = true;
    });
    new MetricsRelay().start();
    for (let started = 0; started < this.count; started++) this.fork();
  }

  /** Each ends as a process of its own would: in order, and within its limit. */
  stop(exitCode = 0): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.exitCode = exitCode;
    for (const worker of this.living) worker.process.kill('SIGTERM');
    this.endWithTheLast();
  }

  private fork(): void {
    if (this.isStopping) return;
    const startedAt = performance.now();
    const worker = cluster.fork();
    this.living.add(worker);
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.living.delete(worker);
      if (performance.now() - startedAt > STABLE_AFTER_MS) this.backoffMs = FIRST_BACKOFF_MS;
      if (!this.isStopping) this.replace(worker, code, signal);
      this.endWithTheLast();
    });
  }

  private replace({ process }: Worker, code: number | null, signal: string | null): void {
    if (!this.haveServed && signal === null) {
      this.stop(code ?? 1);
      return;
    }
    this.logger.warn(
      `Worker ${String(process.pid)} ended (${signal ?? `exit code ${String(code)}`}); ` +
        `another starts in ${String(this.backoffMs)} ms`,
    );
    setTimeout(() => this.fork(), this.backoffMs);
    this.backoffMs = Math.min(this.backoffMs * 2, MAX_BACKOFF_MS);
  }

  private endWithTheLast(): void {
    if (this.isStopping && this.living.size === 0) this.resolveEnded(this.exitCode);
  }
}
