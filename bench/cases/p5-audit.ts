import { runFloor } from '../floors/run-floor';
import { signInUsers } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { withoutLoadTool } from '../harness/load-figures';
import { interleave } from '../harness/rounds';
import { bearer } from '../harness/tokens';
import type { RequestSpec } from '../load/plan';
import type { Case, Measurement } from '../measurement';
import { median } from '../statistics';

const IN_FLIGHT = 64;
/** As many connections as the service has by default. */
const POOL_SIZE = 10;
/** As many as the service writes at once at most. */
const COPY_ROWS = 256;

export const audit: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const ours = await bench.application(await bench.database());
  const requests: RequestSpec[] = (await signInUsers(ours)).map(({ accessToken }) => ({
    method: 'POST',
    path: '/bench/events',
    headers: bearer(accessToken),
  }));
  const floorDatabase = await bench.database();
  const seeding = await bench.service(floorDatabase);
  await signInUsers(seeding, 1);
  await seeding.stop();
  const floor = async (name: string, env: Readonly<Record<string, string>>): Promise<number> =>
    (await runFloor(name, bench.profile, { DB_URL: floorDatabase, ...env })).perSecond;
  const publish = (connections: number): ReturnType<Bench['load']> =>
    bench.load(ours, { connections, requests, expectedStatus: 204 });
  const each = (connections: number): Promise<number> =>
    floor('insert-each', { IN_FLIGHT: String(IN_FLIGHT), POOL_SIZE: String(connections) });
  await bench.warmUp(ours, { connections: IN_FLIGHT, requests, expectedStatus: 204 });
  const values = await interleave(bench, {
    'one commit a row': () => each(1),
    ours: async () => withoutLoadTool(await publish(IN_FLIGHT)),
    'one commit a row, all connections': () => each(POOL_SIZE),
    copy: async () => COPY_ROWS * (await floor('copy-events', { ROWS: String(COPY_ROWS) })),
    'ours alone': async () => (await publish(1)).p50Ms,
  });
  const medianOf = (name: string): number => median(values[name]!);
  return {
    how: `events a second over HTTP, each durable when answered, ${IN_FLIGHT} in flight, the CPU time of the load tool given back`,
    unit: 'events/s',
    better: 'more',
    ours: values.ours!,
    baseline: { name: 'one commit a row on one connection', values: values['one commit a row']! },
    peers: {},
    figures: {
      [`one commit a row on ${POOL_SIZE} connections, events/s`]: medianOf(
        'one commit a row, all connections',
      ),
      [`COPY of ${COPY_ROWS} a commit, events/s`]: medianOf('copy'),
      'p50 alone, ms': medianOf('ours alone'),
    },
  };
}
