import { availableParallelism } from 'node:os';
import { signInUsers } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { perCpuSecond } from '../harness/load-figures';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { bearer, mintAccessTokens, refreshRequest } from '../harness/tokens';
import type { LoadResult, RequestSpec } from '../load/plan';
import type { Case, Measurement } from '../measurement';
import { median, ratios } from '../statistics';

const TOKENS = 2_000;
const CONNECTIONS = 32;
/** Two services, PostgreSQL and two loads: with fewer cores they take time from each other, not from a limit. */
const CORES_FOR_WALL_TIME = 6;

export const twoProcesses: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  const servers = [await bench.application(database), await bench.application(database)] as const;
  const tokens = await mintAccessTokens(bench, servers[0], TOKENS);
  const requests: RequestSpec[] = tokens.map((token) => ({
    method: 'GET',
    path: '/bench/no-op',
    headers: bearer(token),
  }));
  const check = (server: Server): Promise<LoadResult> =>
    bench.load(server, { connections: CONNECTIONS, requests });
  for (const server of servers) await bench.warmUp(server, { connections: CONNECTIONS, requests });
  const rotations = await Promise.all(servers.map((server) => startRotation(bench, server)));
  const values = await interleave(bench, {
    'checks, one': async () => capacity([await check(servers[0])]),
    'checks, two': async () => capacity(await Promise.all(servers.map(check))),
    'refreshes, one': async () => capacity([await rotations[0]!()]),
    'refreshes, two': async () => capacity(await Promise.all(rotations.map((rotate) => rotate()))),
  });
  return {
    how: `checks per second, ${byWallTime() ? 'by the wall clock' : 'by the CPU time of the services alone'}`,
    unit: 'requests/s',
    better: 'more',
    ours: values['checks, two']!,
    baseline: { name: 'one process', values: values['checks, one']! },
    peers: {},
    figures: {
      'refreshes, two / one': median(ratios(values['refreshes, two']!, values['refreshes, one']!)),
      'refreshes a second, one': median(values['refreshes, one']!),
      'refreshes a second, two': median(values['refreshes, two']!),
    },
  };
}

function byWallTime(): boolean {
  return availableParallelism() >= CORES_FOR_WALL_TIME;
}

/**
 * What the processes that ran side by side can do together. On few cores that is told by CPU time: each would have
 * a core to itself, and anything they make each other do shows as time spent.
 */
function capacity(results: readonly LoadResult[]): number {
  const rate = byWallTime() ? (result: LoadResult) => result.requests / result.seconds : perCpuSecond;
  return results.reduce((total, result) => total + rate(result), 0);
}

/** Each process refreshes sessions of its own, on and on. */
async function startRotation(bench: Bench, server: Server): Promise<() => Promise<LoadResult>> {
  let tokens: readonly string[] = (await signInUsers(server)).map(({ refreshToken }) => refreshToken);
  return async () => {
    const result = await bench.load(server, {
      connections: CONNECTIONS,
      requests: tokens.map(refreshRequest),
      rotates: true,
    });
    tokens = tokens.map((token, index) => result.refreshTokens[index] ?? token);
    return result;
  };
}
