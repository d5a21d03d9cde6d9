import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import type { Case, Measurement } from '../measurement';
import { median } from '../statistics';

export const start: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  const peers = await startablePeers(bench);
  const timed = (launch: () => Promise<Server>) => async (): Promise<number> => {
    const { startMs, stop } = await launch();
    await stop();
    return startMs;
  };
  // Once before it counts: a schema is made only once, and files are read from memory afterwards.
  for (const launch of Object.values(peers)) await timed(launch)();
  const values = await interleave(bench, {
    'bare Nest on Fastify': timed(() => bench.floor('bare-route')),
    ours: timed(() => bench.service(database)),
    ...Object.fromEntries(Object.entries(peers).map(([name, launch]) => [name, timed(launch)])),
    'from nothing': () => startFromNothing(bench),
  });
  return {
    how: 'from the start of the process to the first 200 of /health/ready, on a migrated database',
    unit: 'ms',
    better: 'less',
    ours: values.ours!,
    baseline: {
      name: 'a bare route of Nest on Fastify, no database',
      values: values['bare Nest on Fastify']!,
    },
    peers: Object.fromEntries(Object.keys(peers).map((name) => [name, values[name]!])),
    figures: { 'from nothing with the embedded database, ms': median(values['from nothing']!) },
  };
}

async function startablePeers(bench: Bench): Promise<Record<string, () => Promise<Server>>> {
  const parameters = { HASH_MEMORY_KIB: '8', HASH_ITERATIONS: '1', PASSWORD };
  const typical = await bench.emptyDatabase();
  const betterAuth = await bench.emptyDatabase();
  return {
    'Nest, Express, TypeORM': () => bench.peer('typical-stack', { ...parameters, DB_URL: typical }),
    'better-auth': () => bench.peer('better-auth', { ...parameters, DB_URL: betterAuth }),
  };
}

/** An empty folder, as on the day of the download: initdb, migrations, the first administrator. */
async function startFromNothing(bench: Bench): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'portcullis-bench-start-'));
  try {
    const { startMs, stop } = await bench.start({
      script: 'dist/src/main.js',
      readyPath: '/health/ready',
      env: { DATA_DIR: dataDir },
      endsBy: 'SIGTERM',
    });
    await stop();
    return startMs;
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}
