import { runFloor } from '../floors/run-floor';
import { signInUsers } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { countPerOperation } from '../harness/counters';
import { withoutLoadTool } from '../harness/load-figures';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { refreshRequest } from '../harness/tokens';
import type { LoadPlan, LoadResult } from '../load/plan';
import type { Case, Measurement } from '../measurement';
import { median } from '../statistics';

const IN_FLIGHT = 64;
/** As many connections as the service has by default. */
const POOL_SIZE = 10;

export const refresh: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  const rotation = await startRotation(bench, await bench.service(database));
  // The floors rotate without our tokens, so they get sessions of their own.
  const floorDatabase = await bench.database();
  const seeding = await bench.service(floorDatabase);
  await signInUsers(seeding);
  await seeding.stop();
  const floor = (name: string, inFlight: number): ReturnType<typeof runFloor> =>
    runFloor(name, bench.profile, {
      DB_URL: floorDatabase,
      IN_FLIGHT: String(inFlight),
      POOL_SIZE: String(POOL_SIZE),
    });
  const values = await interleave(bench, {
    unbatched: async () => (await floor('unbatched-rotation', IN_FLIGHT)).perSecond,
    ours: async () => withoutLoadTool(await rotation.run({ connections: IN_FLIGHT })),
    'one durable insert': async () => (await floor('single-insert', 1)).p50Ms,
    'ours alone': async () => (await rotation.run({ connections: 1 })).p50Ms,
  });
  const statements = await count(bench);
  const medianOf = (name: string): number => median(values[name]!);
  return {
    how: `refreshes per second, durable, ${IN_FLIGHT} in flight, the CPU time of the load tool given back`,
    unit: 'refreshes/s',
    better: 'more',
    ours: values.ours!,
    baseline: {
      name: `the same rows without a service, one transaction each, ${POOL_SIZE} connections`,
      values: values.unbatched!,
    },
    peers: {},
    figures: {
      'p50 alone / one durable insert': medianOf('ours alone') / medianOf('one durable insert'),
      'p50 alone, ms': medianOf('ours alone'),
      'one durable insert, p50 ms': medianOf('one durable insert'),
      [`SQL statements a refresh, ${IN_FLIGHT} in flight`]: statements,
    },
  };
}

type RunOptions = Pick<LoadPlan, 'connections'> & Partial<Pick<LoadPlan, 'warmMs' | 'measure'>>;

/** Refreshes that go on where the last run ended: every token is spent once. */
async function startRotation(
  bench: Bench,
  server: Server,
): Promise<{ run(options: RunOptions): Promise<LoadResult> }> {
  let tokens: readonly string[] = (await signInUsers(server)).map(({ refreshToken }) => refreshToken);
  return {
    run: async (options) => {
      const result = await bench.load(server, {
        ...options,
        requests: tokens.map(refreshRequest),
        rotates: true,
      });
      tokens = tokens.map((token, index) => result.refreshTokens[index] ?? token);
      return result;
    },
  };
}

async function count(bench: Bench): Promise<number> {
  const database = await bench.database();
  await bench.postgres.logStatements(database);
  const rotation = await startRotation(bench, await bench.service(database));
  const { sqlStatements } = await countPerOperation(bench, async () => {
    const { requests } = await rotation.run({
      connections: IN_FLIGHT,
      warmMs: 0,
      measure: { requests: 1_000 },
    });
    return requests;
  });
  return sqlStatements;
}
