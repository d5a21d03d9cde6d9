import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { residentMebibytes } from '../harness/proc';
import { progress } from '../harness/progress';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { bearer, mintAccessTokens } from '../harness/tokens';
import type { RequestSpec } from '../load/plan';
import type { Case, Measurement } from '../measurement';

const TOKENS = { quick: 5_000, default: 100_000, full: 100_000 };
const SCALE = 100_000;
/** What a start leaves behind is collected by then. */
const SETTLE_MS = { quick: 500, default: 5_000, full: 15_000 };
const CONNECTIONS = 16;

export const memory: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const { name: profile } = bench.profile;
  const database = await bench.database();
  const peerDatabases = { typical: await bench.emptyDatabase(), betterAuth: await bench.emptyDatabase() };
  const parameters = { HASH_MEMORY_KIB: '8', HASH_ITERATIONS: '1', PASSWORD };
  const idle = (launch: () => Promise<Server>) => async (): Promise<number> => {
    const server = await launch();
    await sleep(SETTLE_MS[profile]);
    const mebibytes = residentMebibytes(server.pid);
    await server.stop();
    return mebibytes;
  };
  const peers = {
    'Nest, Express, TypeORM': idle(() =>
      bench.peer('typical-stack', { ...parameters, DB_URL: peerDatabases.typical }),
    ),
    'better-auth': idle(() => bench.peer('better-auth', { ...parameters, DB_URL: peerDatabases.betterAuth })),
  };
  const values = await interleave(bench, {
    'bare route': idle(() => bench.floor('bare-route')),
    ours: idle(() => bench.service(database)),
    ...peers,
  });
  const tokens = TOKENS[profile];
  return {
    how: `resident set ${SETTLE_MS[profile] / 1_000} s after the start; tokens: ${tokens} seen${tokens < SCALE ? `, scaled up to ${SCALE}` : ''}`,
    unit: 'MiB',
    better: 'less',
    ours: values.ours!,
    baseline: { name: 'a bare route of Nest on Fastify', values: values['bare route']! },
    peers: Object.fromEntries(Object.keys(peers).map((name) => [name, values[name]!])),
    figures: { 'more per 100,000 live tokens seen, MiB': await growth(bench, database, tokens) },
  };
}

/** Each token is sent once to a process that did not issue it, after enough others to have warmed that up. */
async function growth(bench: Bench, database: string, count: number): Promise<number> {
  const warm = Math.min(count, 2_000);
  progress(`  minting ${count + warm} tokens`);
  const tokens = await mintAccessTokens(bench, await bench.service(database), count + warm);
  const server = await bench.application(database);
  const first = tokens.slice(0, warm).map(checkWith);
  // Compiled code and the heap of a busy process are not what tokens cost.
  await bench.warmUp(server, { connections: CONNECTIONS, requests: first });
  const show = async (some: readonly string[]): Promise<number> => {
    await bench.load(server, {
      connections: CONNECTIONS,
      requests: some.map(checkWith),
      warmMs: 0,
      measure: { requests: some.length },
    });
    await sleep(SETTLE_MS[bench.profile.name]);
    return residentMebibytes(server.pid);
  };
  const before = await show(tokens.slice(0, warm));
  const after = await show(tokens.slice(warm));
  return ((after - before) * SCALE) / count;
}

function checkWith(token: string): RequestSpec {
  return { method: 'GET', path: '/bench/no-op', headers: bearer(token) };
}
