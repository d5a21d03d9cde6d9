import type { LoadResult, RequestSpec } from '../load/plan';
import type { Case, Measurement } from '../measurement';
import type { Bench } from '../harness/bench';
import { countPerOperation, type Counts } from '../harness/counters';
import { medianOf, perCpuSecond } from '../harness/load-figures';
import { betterAuthPeers, callersOf } from '../harness/peer-callers';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { bearer, mintAccessTokens } from '../harness/tokens';
import { median, ratios } from '../statistics';

const TOKENS = 2_000;
const CONNECTIONS = 32;
const ROUTE = '/bench/no-op';
const KNOWS_NO_REVOCATION = '@fastify/jwt';

export const authenticatedRequest: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const ours = await bench.application(await bench.database());
  const tokens = await mintAccessTokens(bench, ours, TOKENS);
  const contender: Prepare = async (server, requests) => {
    const options = { connections: CONNECTIONS, requests, staysAwake: true };
    await bench.warmUp(server, options);
    return () => bench.load(server, options);
  };
  const peers = await startPeers(bench, contender);
  const results = await interleave(bench, {
    'bare route': await contender(await bench.floor('bare-route'), [{ method: 'GET', path: '/no-op' }]),
    ours: await contender(ours, withTokens(tokens)),
    'node:http': await contender(await bench.floor('node-http'), [{ method: 'GET', path: '/' }]),
    ...peers,
  });
  const rates = (name: string): number[] => results[name]!.map(perCpuSecond);
  const times = (names: readonly string[]): number =>
    median(rates('ours')) / Math.max(...names.map((name) => median(rates(name))));
  const counts = await count(bench);
  return {
    how: `requests per second of one core (server CPU time only), ${CONNECTIONS} connections, ${TOKENS} tokens`,
    unit: 'requests/CPU s',
    better: 'more',
    ours: rates('ours'),
    baseline: { name: 'bare route of Nest on Fastify', values: rates('bare route') },
    peers: Object.fromEntries(Object.keys(peers).map((name) => [name, rates(name)])),
    figures: {
      'p99 / bare p99': median(ratios(p99s(results.ours!), p99s(results['bare route']!))),
      'ours / best of typical stack and better-auth': times(
        Object.keys(peers).filter((name) => name !== KNOWS_NO_REVOCATION),
      ),
      'ours / @fastify/jwt': times([KNOWS_NO_REVOCATION]),
      'ours / node:http': times(['node:http']),
      'SQL statements a request': counts.sqlStatements,
      'Redis commands a request': counts.redisCommands,
      'p50, ms': medianOf(results.ours!, 'p50Ms'),
      'requests a second, load on the same cores': median(
        results.ours!.map(({ requests, seconds }) => requests / seconds),
      ),
    },
  };
}

function withTokens(tokens: readonly string[]): RequestSpec[] {
  return tokens.map((token) => ({ method: 'GET', path: ROUTE, headers: bearer(token) }));
}

function p99s(results: readonly LoadResult[]): number[] {
  return results.map(({ p99Ms }) => p99Ms);
}

type Run = () => Promise<LoadResult>;
type Prepare = (server: Server, requests: readonly RequestSpec[]) => Promise<Run>;

async function startPeers(bench: Bench, contender: Prepare): Promise<Record<string, Run>> {
  const typical = await bench.peer('typical-stack', {
    DB_URL: await bench.emptyDatabase(),
    HASH_MEMORY_KIB: '8',
    HASH_ITERATIONS: '1',
  });
  const fastifyJwt = await bench.peer('fastify-jwt');
  return {
    'Nest, Express, passport-jwt, TypeORM': await contender(
      typical,
      await callersOf(typical, '/no-op', TOKENS),
    ),
    ...(await betterAuthPeers(bench, async (server) =>
      contender(server, await callersOf(server, '/api/auth/get-session', TOKENS)),
    )),
    [KNOWS_NO_REVOCATION]: await contender(fastifyJwt, await callersOf(fastifyJwt, '/no-op', TOKENS)),
  };
}

/** On a process of its own: every statement is logged, which nobody would want to time. */
async function count(bench: Bench): Promise<Counts> {
  const database = await bench.database();
  await bench.postgres.logStatements(database);
  const server = await bench.application(
    database,
    bench.redis === null ? {} : { REDIS_URL: bench.redis.url },
  );
  const requests = withTokens(await mintAccessTokens(bench, server, 200));
  // Seen once before, as the row says.
  await bench.load(server, { connections: 8, requests, warmMs: 0, measure: { requests: requests.length } });
  return countPerOperation(bench, async () => {
    const result = await bench.load(server, {
      connections: 8,
      requests,
      warmMs: 0,
      measure: { requests: 2_000 },
    });
    return result.requests;
  });
}
