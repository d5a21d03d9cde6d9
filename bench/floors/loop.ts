import { percentile } from '../statistics';

/** What a floor that is no server prints, as one line of JSON. */
export interface LoopResult {
  readonly perSecond: number;
  readonly p50Ms: number;
}

/** Runs `operation` with IN_FLIGHT at a time for WARM_MS, then for MEASURE_MS, and prints how fast that was. */
export async function loop(operation: (lane: number) => Promise<unknown>): Promise<void> {
  const { IN_FLIGHT = '1', WARM_MS = '0', MEASURE_MS = '1000' } = process.env;
  const latencies: number[] = [];
  const runFor = (ms: number): Promise<unknown> => {
    const endsAt = performance.now() + ms;
    return Promise.all(
      Array.from({ length: Number(IN_FLIGHT) }, async (_, lane) => {
        while (performance.now() < endsAt) {
          const startedAt = performance.now();
          await operation(lane);
          latencies.push(performance.now() - startedAt);
        }
      }),
    );
  };
  await runFor(Number(WARM_MS));
  latencies.length = 0;
  const startedAt = performance.now();
  await runFor(Number(MEASURE_MS));
  const seconds = (performance.now() - startedAt) / 1_000;
  const result: LoopResult = { perSecond: latencies.length / seconds, p50Ms: percentile(latencies, 0.5) };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}
