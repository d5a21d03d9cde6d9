import cluster, { type Worker } from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AggregatorRegistry } from 'prom-client';
import { DomainError } from '../../common/errors';
import type { Metrics, Snapshot } from './metrics';

/** A worker that does not answer by then is left out: it hangs, and what the others tell is needed all the more. */
const MAX_ANSWER_MS = 2_000;
const MAX_GATHER_MS = 4_000;

type Message =
  /** A worker was asked for the metrics of all. */
  | { readonly type: 'metrics-gather'; readonly id: string }
  | { readonly type: 'metrics-gathered'; readonly id: string; readonly snapshots: readonly Snapshot[] }
  /** The primary asks each worker. */
  | { readonly type: 'metrics-ask'; readonly id: string }
  | { readonly type: 'metrics-tell'; readonly id: string; readonly snapshot: Snapshot };

/** In the primary of a cluster: whichever worker is asked for the metrics, it gets those of all. */
export class MetricsRelay {
  private readonly waiting = new Map<string, (worker: Worker, snapshot: Snapshot) => void>();
  private readonly last = new Map<number, Snapshot>();
  /** What workers that have ended had counted: a total that shrank would be read as a start from nought. */
  private ended: Snapshot = [];

  start(): void {
    cluster.on('message', (worker, message: Message | undefined) => {
      if (message?.type === 'metrics-gather') void this.gather(worker, message.id);
      else if (message?.type === 'metrics-tell') this.waiting.get(message.id)?.(worker, message.snapshot);
    });
    cluster.on('exit', ({ id }) => void this.keep(id));
  }

  private async gather(asker: Worker, id: string): Promise<void> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected() === true);
    const told: Snapshot[] = [];
    await Promise.race([
      new Promise<void>((resolve) => {
        this.waiting.set(id, (worker, snapshot) => {
          this.last.set(worker.id, snapshot);
          if (told.push(snapshot) === workers.length) resolve();
        });
        for (const worker of workers) worker?.send({ type: 'metrics-ask', id } satisfies Message);
      }),
      sleep(MAX_ANSWER_MS, undefined, { ref: false }),
    ]);
    this.waiting.delete(id);
    const snapshots = [this.ended, ...told];
    if (asker.isConnected()) asker.send({ type: 'metrics-gathered', id, snapshots } satisfies Message);
  }

  private async keep(workerId: number): Promise<void> {
    const snapshot = this.last.get(workerId);
    this.last.delete(workerId);
    if (snapshot === undefined) return;
    const totals = snapshot.filter(({ type }) => String(type) === 'counter' || String(type) === 'histogram');
    this.ended = await aggregate([this.ended, totals]).getMetricsAsJSON();
  }
}

/** In a worker: answers the primary, and asks it for the metrics of all. */
export class WorkerMetrics {
  private readonly waiting = new Map<string, (snapshots: readonly Snapshot[]) => void>();

  constructor(private readonly metrics: Metrics) {
    process.on('message', (message: Message | undefined) => {
      if (message?.type === 'metrics-ask') void this.tell(message.id);
      else if (message?.type === 'metrics-gathered') this.waiting.get(message.id)?.(message.snapshots);
    });
  }

  /** @throws DomainError `SERVICE.UNAVAILABLE` when the primary does not answer. */
  async ofAll(): Promise<string> {
    const id = randomUUID();
    try {
      const snapshots = await Promise.race([
        new Promise<readonly Snapshot[]>((resolve) => {
          this.waiting.set(id, resolve);
          process.send?.({ type: 'metrics-gather', id } satisfies Message);
        }),
        sleep(MAX_GATHER_MS, undefined, { ref: false }),
      ]);
      if (snapshots === undefined) throw new DomainError('SERVICE.UNAVAILABLE');
      return await aggregate(snapshots).metrics();
    } finally {
      this.waiting.delete(id);
    }
  }

  private async tell(id: string): Promise<void> {
    const snapshot = await this.metrics.snapshot();
    process.send?.({ type: 'metrics-tell', id, snapshot } satisfies Message);
  }
}

function aggregate(snapshots: readonly Snapshot[]) {
  return AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
}
