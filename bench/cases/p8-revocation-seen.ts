import { runFloor } from '../floors/run-floor';
import { signInUsers, USERNAMES, type SignIn } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { startHintlessPostgres } from '../harness/hintless-postgres';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { bearer } from '../harness/tokens';
import { HttpConnection } from '../load/http-connection';
import { serialise } from '../load/serialise';
import type { Case, Measurement } from '../measurement';
import { median, percentile } from '../statistics';

/** Revocations a round; each takes a session of its own. */
const SAMPLES = { quick: 32, default: USERNAMES.length, full: USERNAMES.length };
/** Without hints each waits for the next poll, and waiting together takes no longer. */
const TOGETHER = 16;

export const revocationSeen: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  const hintless = await startHintlessPostgres(database);
  const first = await bench.application(database);
  const second = await bench.application(database);
  const withoutHints = await bench.application(hintless.url);
  const floorDatabase = await bench.emptyDatabase();
  const samples = async (other: Server, together: number): Promise<number[]> => {
    const sessions = await signInUsers(first, SAMPLES[bench.profile.name]);
    return revokeAll(sessions, together, first, other);
  };
  const values = await interleave(bench, {
    floor: async () => [(await runFloor('notify', bench.profile, { DB_URL: floorDatabase })).p50Ms],
    ours: () => samples(second, 1),
    'without hints': () => samples(withoutHints, TOGETHER),
  });
  hintless.stop();
  const all = (name: string): number[] => values[name]!.flat();
  return {
    how: "from the answer to the revocation until the other process's first refusal, p50 with hints",
    unit: 'ms',
    better: 'less',
    ours: values.ours!.map(median),
    baseline: { name: 'a committed row and its NOTIFY on another connection, p50', values: all('floor') },
    peers: {},
    figures: {
      'p99 with hints, ms': percentile(all('ours'), 0.99),
      'p50 without hints, ms': percentile(all('without hints'), 0.5),
      'p99 without hints, ms': percentile(all('without hints'), 0.99),
      'revocations with hints': all('ours').length,
      'revocations without hints': all('without hints').length,
    },
  };
}

async function revokeAll(
  sessions: readonly SignIn[],
  together: number,
  here: Server,
  there: Server,
): Promise<number[]> {
  const queue = sessions.values();
  const delays: number[] = [];
  await Promise.all(
    Array.from({ length: together }, async () => {
      const [revoking, asking] = [
        await HttpConnection.open(here.origin),
        await HttpConnection.open(there.origin),
      ];
      for (const session of queue) delays.push(await delayOf(session, revoking, here, asking, there));
      revoking.close();
      asking.close();
    }),
  );
  return delays;
}

async function delayOf(
  { sessionId, accessToken }: SignIn,
  revoking: HttpConnection,
  here: Server,
  asking: HttpConnection,
  there: Server,
): Promise<number> {
  const headers = bearer(accessToken);
  const question = serialise(there.origin, { method: 'GET', path: '/bench/no-op', headers });
  if ((await asking.send(question)).status !== 200) throw new Error('The token was refused before its time');
  const { status } = await revoking.send(
    serialise(here.origin, { method: 'DELETE', path: `/v1/sessions/${sessionId}`, headers }),
  );
  if (status !== 204) throw new Error(`The revocation was answered ${status}`);
  const revokedAt = performance.now();
  while ((await asking.send(question)).status === 200);
  return performance.now() - revokedAt;
}
