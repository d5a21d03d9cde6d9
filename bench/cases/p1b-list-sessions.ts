import { runFloor } from '../floors/run-floor';
import { signInUsers } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { betterAuthPeers, callersOf } from '../harness/peer-callers';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { bearer } from '../harness/tokens';
import type { RequestSpec } from '../load/plan';
import type { Case, Measurement } from '../measurement';

const IN_FLIGHT = 16;
const POOL_SIZE = 10;
/** better-auth lists up to 100 sessions of a user; that many callers leave each user as few as ours have. */
const PEER_CALLERS = 16;

export const listSessions: Case = measure;

type Prepare = (server: Server, requests: readonly RequestSpec[]) => Promise<() => Promise<number>>;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  const ours = await bench.service(database);
  const sessions = await signInUsers(ours);
  const contender: Prepare = async (server, requests) => {
    const options = { connections: IN_FLIGHT, requests };
    await bench.warmUp(server, options);
    return async () => {
      const result = await bench.load(server, options);
      return result.requests / result.seconds;
    };
  };
  const peers = await betterAuthPeers(bench, async (server) =>
    contender(server, await callersOf(server, '/api/auth/list-sessions', PEER_CALLERS)),
  );
  const rates = await interleave(bench, {
    'indexed read': async () => {
      const env = { DB_URL: database, IN_FLIGHT: String(IN_FLIGHT), POOL_SIZE: String(POOL_SIZE) };
      return (await runFloor('indexed-read', bench.profile, env)).perSecond;
    },
    ours: await contender(
      ours,
      sessions.map(({ accessToken }) => ({
        method: 'GET',
        path: '/v1/sessions',
        headers: bearer(accessToken),
      })),
    ),
    ...peers,
  });
  return {
    how: `requests per second, ${IN_FLIGHT} in flight, one live session a user`,
    unit: 'requests/s',
    better: 'more',
    ours: rates.ours!,
    baseline: { name: 'the indexed read alone, without HTTP', values: rates['indexed read']! },
    peers: Object.fromEntries(Object.keys(peers).map((name) => [name, rates[name]!])),
    figures: {},
  };
}
