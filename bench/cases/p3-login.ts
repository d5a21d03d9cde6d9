import { availableParallelism } from 'node:os';
import { Client } from 'pg';
import { runFloor } from '../floors/run-floor';
import type { LoadResult, RequestSpec } from '../load/plan';
import type { Case, Measurement } from '../measurement';
import { PASSWORD, signInUsers, USERNAMES } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { withoutLoadTool } from '../harness/load-figures';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { bearer } from '../harness/tokens';
import { median } from '../statistics';

const IN_FLIGHT = 8;
/** Beside the flood, checks come steadily: one that waits behind another of its own would count twice. */
const CHECK_EVERY_MS = 5;
/** What the peers know of users. */
const PEER_USERS = 16;

export const login: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  const ours = await bench.service(database);
  const checks = await checksUnderFlood(bench, database);
  const logins = USERNAMES.map(loginOf);
  const peers = await startPeers(bench, await hashParameters(database));
  const flood = (server: Server, requests: readonly RequestSpec[]) => async (): Promise<number> =>
    withoutLoadTool(await bench.load(server, { connections: IN_FLIGHT, requests }));
  const hashing = (inFlight: number): ReturnType<typeof runFloor> =>
    runFloor('hash-loop', bench.profile, {
      DB_URL: database,
      IN_FLIGHT: String(inFlight),
      // As the service sets it for itself.
      UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())),
    });
  const values = await interleave(bench, {
    hashing: async () => (await hashing(IN_FLIGHT)).perSecond,
    ours: flood(ours, logins),
    ...Object.fromEntries(
      Object.entries(peers).map(([name, { server, requests }]) => [name, flood(server, requests)]),
    ),
    'one hash alone': async () => (await hashing(1)).p50Ms,
    'ours alone': async () => (await bench.load(ours, { connections: 1, requests: logins })).p50Ms,
    'checks, idle': checks.idle,
    'checks under flood': checks.underFlood,
  });
  const medianOf = (name: string): number => median(values[name]!);
  return {
    how: `logins per second, ${IN_FLIGHT} in flight, the CPU time of the load tool given back`,
    unit: 'logins/s',
    better: 'more',
    ours: values.ours!,
    baseline: {
      name: `verifying the same digest in a loop, ${IN_FLIGHT} in flight`,
      values: values.hashing!,
    },
    peers: Object.fromEntries(Object.keys(peers).map((name) => [name, values[name]!])),
    figures: {
      'p50 alone minus hash p50 alone, ms': medianOf('ours alone') - medianOf('one hash alone'),
      'p50 alone, ms': medianOf('ours alone'),
      'hash p50 alone, ms': medianOf('one hash alone'),
      'check p99 under login flood / idle': medianOf('checks under flood') / medianOf('checks, idle'),
      'check p99 idle, ms': medianOf('checks, idle'),
      'check p99 under login flood, ms': medianOf('checks under flood'),
    },
  };
}

function loginOf(username: string): RequestSpec {
  return { method: 'POST', path: '/v1/auth/login', body: { username, password: PASSWORD } };
}

/** Needs the route that does nothing, so a process of its own. */
async function checksUnderFlood(
  bench: Bench,
  database: string,
): Promise<{ idle: () => Promise<number>; underFlood: () => Promise<number> }> {
  const server = await bench.application(database);
  const [session] = await signInUsers(server, 1);
  const check = (): Promise<LoadResult> =>
    bench.load(server, {
      connections: 1,
      requests: [{ method: 'GET', path: '/bench/no-op', headers: bearer(session!.accessToken) }],
      pauseMs: CHECK_EVERY_MS,
    });
  return {
    idle: async () => (await check()).p99Ms,
    underFlood: async () => {
      const flood = bench.load(server, { connections: IN_FLIGHT, requests: USERNAMES.map(loginOf) });
      const [{ p99Ms }] = await Promise.all([check(), flood]);
      return p99Ms;
    },
  };
}

/** Of the digests that the service stores; peers hash with the same, or the comparison says nothing. */
async function hashParameters(database: string): Promise<Record<string, string>> {
  const client = new Client({ connectionString: database });
  await client.connect();
  const { rows } = await client.query<{ password_hash: string }>('SELECT password_hash FROM users LIMIT 1');
  await client.end();
  const digest = rows[0]!.password_hash;
  const [, memory, iterations] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$/.exec(digest) ?? [];
  if (memory === undefined || iterations === undefined)
    throw new Error('The stored digest is of another kind');
  return { HASH_MEMORY_KIB: memory, HASH_ITERATIONS: iterations };
}

async function startPeers(
  bench: Bench,
  parameters: Record<string, string>,
): Promise<Record<string, { server: Server; requests: RequestSpec[] }>> {
  const start = async (name: string): Promise<Server> =>
    bench.peer(name, { DB_URL: await bench.emptyDatabase(), PASSWORD, ...parameters });
  const users = Array.from({ length: PEER_USERS }, (_, index) => index);
  const requests = (path: string, nameOf: (index: number) => object): RequestSpec[] =>
    users.map((index) => ({ method: 'POST', path, body: { ...nameOf(index), password: PASSWORD } }));
  return {
    'Nest, Express, TypeORM, at the same hash': {
      server: await start('typical-stack'),
      requests: requests('/login', (index) => ({ username: `user-${index}` })),
    },
    'better-auth, at the same hash': {
      server: await start('better-auth'),
      requests: requests('/api/auth/sign-in/email', (index) => ({ email: `user-${index}@bench.example` })),
    },
  };
}
