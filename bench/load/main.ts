import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '../harness/proc';
import { percentile } from '../statistics';
import { HttpConnection, type Answer } from './http-connection';
import type { LoadPlan, LoadResult } from './plan';
import { serialise } from './serialise';

/** A request on its way to being sent again and again. */
interface Place {
  bytes: Buffer;
  refreshToken: string | undefined;
}

/** One run of load, in a process of its own, so that its CPU time is not the harness's nor the server's. */
class Load {
  private readonly places: Place[];
  private readonly latencies: number[] = [];
  private readonly accessTokens: string[] = [];
  private isMeasuring = false;
  private sent = 0;

  constructor(private readonly plan: LoadPlan) {
    this.places = plan.requests.map((spec) => ({
      bytes: serialise(plan.origin, spec),
      refreshToken: undefined,
    }));
  }

  async run(): Promise<LoadResult> {
    const { plan } = this;
    const connections = await Promise.all(
      Array.from({ length: plan.connections }, () => HttpConnection.open(plan.origin)),
    );
    const phase = (isOver: () => boolean): Promise<unknown> =>
      Promise.all(connections.map((connection, index) => this.drive(connection, index, isOver)));

    const poll = plan.staysAwake === true ? stayAwake() : undefined;
    if (plan.warmMs > 0) await phase(deadline(plan.warmMs));
    this.isMeasuring = true;
    this.sent = 0;
    const before = this.clocks();
    await phase('ms' in plan.measure ? deadline(plan.measure.ms) : this.countdown(plan.measure.requests));
    const after = this.clocks();
    poll?.stop();
    for (const connection of connections) connection.close();
    return {
      requests: this.latencies.length,
      seconds: after.seconds - before.seconds,
      p50Ms: percentile(this.latencies, 0.5),
      p99Ms: percentile(this.latencies, 0.99),
      cpuSeconds: after.cpu.map((seconds, index) => seconds - before.cpu[index]!),
      loadCpuSeconds: after.own - before.own,
      refreshTokens: plan.rotates === true ? this.places.map(({ refreshToken }) => refreshToken) : [],
      accessTokens: this.accessTokens,
    };
  }

  private async drive(connection: HttpConnection, index: number, isOver: () => boolean): Promise<void> {
    const { connections, pauseMs } = this.plan;
    const first = index % this.places.length;
    for (let at = first; ; at += connections) {
      if (pauseMs !== undefined) await sleep(pauseMs);
      if (isOver()) return;
      if (at >= this.places.length) at = first;
      const place = this.places[at]!;
      const startedAt = performance.now();
      const answer = await connection.send(place.bytes);
      if (this.isMeasuring) this.latencies.push(performance.now() - startedAt);
      this.accept(answer, place, at);
    }
  }

  private accept(answer: Answer, place: Place, at: number): void {
    const { plan } = this;
    const spec = plan.requests[at]!;
    if (answer.status !== plan.expectedStatus) {
      throw new Error(
        `${spec.method} ${spec.path} was answered ${answer.status} ${answer.body.slice(0, 300)}`,
      );
    }
    if (plan.rotates !== true) return;
    const tokens = JSON.parse(answer.body) as { accessToken: string; refreshToken: string };
    this.accessTokens.push(tokens.accessToken);
    place.refreshToken = tokens.refreshToken;
    place.bytes = serialise(plan.origin, { ...spec, body: { refreshToken: tokens.refreshToken } });
  }

  private countdown(requests: number): () => boolean {
    return () => ++this.sent > requests;
  }

  private clocks(): { seconds: number; cpu: number[]; own: number } {
    const { user, system } = process.cpuUsage();
    return {
      seconds: performance.now() / 1_000,
      cpu: this.plan.pids.map(cpuSeconds),
      own: (user + system) / 1e6,
    };
  }
}

function deadline(ms: number): () => boolean {
  const endsAt = performance.now() + ms;
  return () => performance.now() >= endsAt;
}

/** Keeps the event loop from ever blocking in its wait for input. */
function stayAwake(): { stop(): void } {
  let next: NodeJS.Immediate;
  const again = (): void => {
    next = setImmediate(again);
  };
  again();
  return {
    stop: () => {
      clearImmediate(next);
    },
  };
}

process.once('message', (plan: LoadPlan) => {
  new Load(plan).run().then(
    (result) => process.send?.({ result }, () => process.exit(0)),
    (error: unknown) => process.send?.({ error: String(error) }, () => process.exit(1)),
  );
});
