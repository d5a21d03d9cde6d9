import type { Bench } from '../harness/bench';
import { perCpuSecond } from '../harness/load-figures';
import { interleave } from '../harness/rounds';
import { seedWorld } from '../harness/world';
import { administrator, evaluations } from '../harness/world-callers';
import type { LoadResult, RequestSpec } from '../load/plan';
import type { Case, Measurement } from '../measurement';
import { median } from '../statistics';

const QUESTIONS = 2_000;
const BATCH = 100;

export const evaluation: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  await seedWorld(database);
  const server = await bench.application(database);
  const headers = await administrator(server);
  const single = evaluations(headers, QUESTIONS, 1);
  const batches = evaluations(headers, QUESTIONS / BATCH, BATCH);
  const noOp: RequestSpec[] = [{ method: 'GET', path: '/bench/no-op', headers }];
  const alone = (requests: readonly RequestSpec[]): Promise<LoadResult> =>
    bench.load(server, { connections: 1, requests });
  for (const requests of [single, batches, noOp]) await bench.warmUp(server, { connections: 1, requests });
  const values = await interleave(bench, {
    'authenticated request': async () => (await alone(noOp)).p99Ms,
    ours: async () => (await alone(single)).p99Ms,
    'ours, p50': async () => (await alone(single)).p50Ms,
    batches: async () => BATCH * perCpuSecond(await alone(batches)),
    'batches, elapsed': async () => {
      const { requests, seconds } = await alone(batches);
      return (BATCH * requests) / seconds;
    },
  });
  return {
    how: `AuthZEN evaluation of others' access by id, one at a time, p99; ${QUESTIONS} different questions`,
    unit: 'ms',
    better: 'less',
    ours: values.ours!,
    baseline: {
      name: 'authenticated request that does nothing, p99',
      values: values['authenticated request']!,
    },
    peers: {},
    figures: {
      'p50 alone, ms': median(values['ours, p50']!),
      [`decisions a second of elapsed time, batches of ${BATCH} one at a time`]: median(
        values['batches, elapsed']!,
      ),
      [`decisions a second of CPU time, batches of ${BATCH}`]: median(values.batches!),
    },
  };
}
