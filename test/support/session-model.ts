import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { FakeTime } from './fake-time';
import type { ApiAnswer } from './openapi-contract';
import { startService, type ServiceProcess } from './service';
import { PASSWORD, type TwoServices } from './two-services';

const SEEN_ELSEWHERE_WITHIN_MS = 1_000;

/** What ought to be true of one family. */
interface Family {
  readonly sessionId: string;
  leaf: string;
  accessToken: string;
  readonly spent: string[];
  state: 'live' | 'ended' | 'expired';
  rotatedAt: number;
}

interface Model {
  readonly graceSeconds: number;
  readonly families: Family[];
}

interface Real {
  readonly services: TwoServices;
  readonly processes: [ServiceProcess, ServiceProcess];
  readonly env: Record<string, string>;
  readonly username: string;
  readonly userId: string;
  readonly disturb: Disturbances;
}

/** What may happen to the surroundings of the processes. */
interface Disturbances {
  readonly flushRedis?: () => Promise<void>;
  /** Of both processes, where it is not the machine's. */
  readonly clock?: FakeTime;
}

type Command = fc.AsyncCommand<Model, Real>;
type Step = (model: Model, real: Real) => Promise<void>;

const refresh = ({ api }: ServiceProcess, refreshToken: string) =>
  api.post('/v1/auth/refresh', { refreshToken });

/** After each step the invariants are checked, on both processes. */
function command(name: string, needsFamily: boolean, step: Step): Command {
  return {
    check: ({ families }) => !needsFamily || families.length > 0,
    run: async (model, real) => {
      await step(model, real);
      await checkInvariants(model, real);
    },
    toString: () => name,
  };
}

async function checkInvariants({ families }: Model, { processes, username }: Real): Promise<void> {
  for (const { api } of processes) {
    for (const { state, accessToken } of families) {
      if (state === 'expired') continue;
      const expected = state === 'live' ? 200 : 401;
      const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
      const probe = async () => (await api.get('/v1/auth/me', { token: accessToken })).status;
      let status = await probe();
      while (status !== expected && expected === 401 && Date.now() < deadline) {
        await sleep(10);
        status = await probe();
      }
      expect([username, state, status]).toEqual([username, state, expected]);
    }
  }
  const live = families.filter(({ state }) => state === 'live');
  const [witness] = live;
  if (witness === undefined) return;
  const { body } = await processes[0].api.get('/v1/sessions?limit=100', { token: witness.accessToken });
  const listed = (body.items as { id: string }[]).map(({ id }) => id);
  expect(listed.sort()).toEqual(live.map(({ sessionId }) => sessionId).sort());
}

function advance(family: Family, { body }: { body: { refreshToken: string; accessToken: string } }): void {
  family.spent.push(family.leaf);
  family.leaf = body.refreshToken;
  family.accessToken = body.accessToken;
  family.rotatedAt = performance.now();
}

function pick({ families }: Model, index: number): Family {
  const family = families[index % families.length];
  if (family === undefined) throw new Error('There is no family yet');
  return family;
}

/** The answers of those who got a successor. */
async function raceFor({ processes }: Real, leaf: string, racers: number): Promise<ApiAnswer[]> {
  const all = Array.from({ length: racers }, (_, i) => refresh(processes[i % 2 ? 1 : 0], leaf));
  return (await Promise.all(all)).filter(({ status }) => status === 200);
}

function successorsIn(answers: readonly ApiAnswer[]): Set<string> {
  return new Set(answers.map(({ body }) => body.refreshToken as string));
}

const signIn = (on: 0 | 1): Command =>
  command(`signIn(${on})`, false, async (model, { processes, username }) => {
    const tokens = await processes[on].api.signIn(username, PASSWORD);
    const { sessionId, refreshToken: leaf, accessToken } = tokens;
    model.families.push({ sessionId, leaf, accessToken, spent: [], state: 'live', rotatedAt: -Infinity });
  });

const rotate = (index: number, on: 0 | 1): Command =>
  command(`rotate(${index}, ${on})`, true, async (model, { processes }) => {
    const family = pick(model, index);
    const answer = await refresh(processes[on], family.leaf);
    expect(answer.status).toBe(family.state === 'live' ? 200 : 401);
    if (family.state === 'live') advance(family, answer);
  });

const replay = (index: number, which: number, on: 0 | 1): Command =>
  command(`replay(${index}, ${which}, ${on})`, true, async (model, { processes }) => {
    const family = pick(model, index);
    const token = family.spent[which % Math.max(family.spent.length, 1)];
    if (token === undefined) return;
    const answer = await refresh(processes[on], token);
    const age = (performance.now() - family.rotatedAt) / 1_000;
    const mayRetry = token === family.spent.at(-1) && family.state === 'live' && age < model.graceSeconds + 1;
    if (!mayRetry || answer.status === 401) {
      expect(answer.status).toBe(401);
      // Near its end the grace may be over for the database: only then is an honest retry refused.
      if (mayRetry) expect(age).toBeGreaterThan(model.graceSeconds - 2);
      if (family.state === 'live') family.state = 'ended';
    } else {
      expect(answer.body.refreshToken).toBe(family.leaf);
    }
  });

const race = (index: number, racers: number): Command =>
  command(`race(${index}, ${racers})`, true, async (model, real) => {
    const family = pick(model, index);
    const winners = await raceFor(real, family.leaf, racers);
    const expected = family.state !== 'live' ? 0 : model.graceSeconds > 0 ? racers : 1;
    expect(winners).toHaveLength(expected);
    const [winner] = winners;
    if (winner === undefined) return;
    expect(successorsIn(winners).size).toBe(1);
    advance(family, winner);
    if (model.graceSeconds === 0) family.state = 'ended';
  });

const logout = (index: number, on: 0 | 1): Command =>
  command(`logout(${index}, ${on})`, true, async (model, { processes }) => {
    const family = pick(model, index);
    const { status } = await processes[on].api.post('/v1/auth/logout', { refreshToken: family.leaf });
    expect(status).toBe(204);
    family.state = 'ended';
  });

const endAll = (on: 0 | 1): Command =>
  command(`endAll(${on})`, true, async ({ families }, { processes, services, userId }) => {
    const path = `/v1/users/${userId}/sessions`;
    expect((await processes[on].api.delete(path, { token: services.adminToken })).status).toBe(204);
    for (const family of families) if (family.state === 'live') family.state = 'ended';
  });

/** As if the clock had jumped past the idle expiry, or past the grace, of one session. */
const jump = (index: number, past: 'idle' | 'grace'): Command =>
  command(`jump(${index}, ${past})`, true, async (model, { services }) => {
    const family = pick(model, index);
    const column = past === 'idle' ? 'idle_expires_at' : 'refreshed_at';
    await services.sql(`UPDATE sessions SET ${column} = now() - interval '1 minute' WHERE id = $1`, [
      family.sessionId,
    ]);
    if (past === 'grace') family.rotatedAt = -Infinity;
    else if (family.state === 'live') family.state = 'expired';
  });

const restart = (on: 0 | 1): Command =>
  command(`restart(${on})`, false, async (_model, { processes, services, env }) => {
    await processes[on].kill();
    processes[on] = await startService(services.url, env);
  });

const flushRedis = (): Command =>
  command('flushRedis()', false, async (_model, { disturb }) => {
    await disturb.flushRedis?.();
  });

/** The clocks of the machines; what is true of a family does not change with them. */
const setClock = (offsetHours: number): Command =>
  command(`setClock(${offsetHours})`, false, (_model, { disturb }) => {
    disturb.clock?.jumpTo(offsetHours * 3_600);
    return Promise.resolve();
  });

const index = fc.nat({ max: 3 });
const on = fc.constantFrom(0 as const, 1 as const);
const usual = [
  on.map(signIn),
  fc.tuple(index, on).map(([family, process]) => rotate(family, process)),
  fc.tuple(index, fc.nat({ max: 4 }), on).map(([family, which, process]) => replay(family, which, process)),
  fc.tuple(index, fc.integer({ min: 2, max: 12 })).map(([family, racers]) => race(family, racers)),
  fc.tuple(index, on).map(([family, process]) => logout(family, process)),
  fc
    .tuple(index, fc.constantFrom('idle' as const, 'grace' as const))
    .map(([family, past]) => jump(family, past)),
  on.map(endAll),
  fc.constant(null).map(flushRedis),
  fc.constantFrom(-48, -1, 0, 1, 48).map(setClock),
];

/**
 * Runs sequences of commands over HTTP and holds the processes to the model: at most one live leaf, no resurrection,
 * no second branch. The seed is printed; `MODEL_SEED` repeats it.
 */
export async function checkSessionModel(
  services: TwoServices,
  env: Record<string, string>,
  disturb: Disturbances = {},
): Promise<void> {
  const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
  process.stdout.write(`session model: MODEL_SEED=${seed}\n`);
  const processes: Real['processes'] = [services.first, services.second];
  const graceSeconds = Number(env.REFRESH_GRACE_SECONDS ?? 0);
  // Made ahead: the process that makes them may be the one that is restarted.
  const users = [await services.aUser(), await services.aUser(), await services.aUser()];
  let run = 0;
  const sequences = fc.commands(usual, { maxCommands: 12, size: 'max' });
  const property = fc.asyncProperty(
    sequences,
    fc.constantFrom(null, 0 as const, 1 as const),
    sequences,
    async (before, restarting, after) => {
      const user = users[run++ % users.length];
      if (user === undefined) throw new Error('There is no user');
      const { id: userId, username } = user;
      const model = { graceSeconds, families: [] };
      const setup = () => ({
        model,
        real: { services, processes, env, username, userId, disturb },
      });
      await fc.asyncModelRun(setup, [signIn(0)]);
      await fc.asyncModelRun(setup, before);
      if (restarting !== null) await fc.asyncModelRun(setup, [restart(restarting)]);
      await fc.asyncModelRun(setup, after);
    },
  );
  try {
    await fc.assert(property, { seed, numRuns: users.length, endOnFailure: true });
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
  }
}
