import { hash } from '@node-rs/bcrypt';
import { USERNAMES } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { interleave } from '../harness/rounds';
import { withClient } from '../harness/sql';
import type { Server } from '../harness/server-process';
import { HttpConnection } from '../load/http-connection';
import { serialise } from '../load/serialise';
import type { Case, Measurement } from '../measurement';
import { median, rankSumP } from '../statistics';

/** Of each kind a round: at least 60 in all. */
const SAMPLES = { quick: 20, default: 30, full: 60 };
/** Without imported digests a login is so much faster that more of them take no longer, and vary more. */
const TIMES_MORE = 4;
const WARM = 5;
const USERS_OF_KIND = 20;
/** The commonest cost of the systems that accounts come from; far dearer than our own digest. */
const BCRYPT_COST = 10;

const WRONG = 'wrong password';
const UNKNOWN = 'unknown name';
const IMPORTED = 'imported bcrypt digest';

/** What makes an account one of the kind; the kinds share no users. */
const KINDS: Readonly<Record<string, string>> = {
  [WRONG]: 'SELECT $1::text[]',
  locked: `INSERT INTO sign_in_attempts (subject_key, source_class, failures, consecutive_failures, locked_until, updated_at)
    SELECT sha256(convert_to('user:' || id, 'UTF8')), 'unknown', 5, 5, now() + interval '1 day', now() - interval '1 minute'
    FROM users WHERE username = ANY ($1)`,
  disabled: `UPDATE users SET status = 'disabled' WHERE username = ANY ($1)`,
  'no password': 'UPDATE users SET password_hash = NULL WHERE username = ANY ($1)',
};
const IMPORT = `UPDATE users SET password_hash = $2, password_scheme = left($2, 7) WHERE username = ANY ($1)`;

type Times = Readonly<Record<string, readonly number[]>>;

export const timingOfRefusals: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const own = await startWith(bench, false);
  const imported = await startWith(bench, true);
  const kinds = [UNKNOWN, ...Object.keys(KINDS)];
  for (const server of [own, imported]) await timesOf(server, kinds, WARM);
  const samples = SAMPLES[bench.profile.name];
  const values = await interleave<Times>(bench, {
    'own digests': () => timesOf(own, kinds, samples * TIMES_MORE),
    'with imported digests': () => timesOf(imported, [...kinds, IMPORTED], samples),
  });
  const rounds = values['own digests']!;
  const figures = {
    ...compare(rounds, ''),
    ...compare(values['with imported digests']!, ', beside imported digests'),
  };
  const differences = Object.entries(figures).filter(([name]) => name.includes('difference'));
  return {
    how: `refused logins one at a time, kinds in random order, medians; ${samples * rounds.length} of each kind, ${TIMES_MORE} times as many without imports; p by Mann-Whitney`,
    unit: 'ms',
    better: 'less',
    ours: rounds.map((times) => median(times[UNKNOWN]!)),
    baseline: { name: WRONG, values: rounds.map((times) => median(times[WRONG]!)) },
    peers: {},
    figures: {
      'largest difference of medians, %': Math.max(...differences.map(([, value]) => Math.abs(value))),
      ...figures,
    },
  };
}

/** Which accounts are of which kind is the same in both; imported digests slow everybody down, so they come apart. */
async function startWith(bench: Bench, hasImported: boolean): Promise<Server> {
  const database = await bench.database();
  await withClient(database, async (client) => {
    for (const [kind, statement] of Object.entries(KINDS)) await client.query(statement, [usersOf(kind)]);
    if (hasImported) await client.query(IMPORT, [usersOf(IMPORTED), await hash('any other', BCRYPT_COST)]);
  });
  // No kind but the locked one may lock while it is measured.
  return bench.service(database, { FAILED_ATTEMPTS_LIMIT: '100' });
}

function usersOf(kind: string): readonly string[] {
  const start = [...Object.keys(KINDS), IMPORTED].indexOf(kind) * USERS_OF_KIND;
  return USERNAMES.slice(start, start + USERS_OF_KIND);
}

function usernameOf(kind: string, index: number): string {
  const place = index % USERS_OF_KIND;
  return kind === UNKNOWN ? `none-${place}` : usersOf(kind)[place]!;
}

async function timesOf({ origin }: Server, kinds: readonly string[], samples: number): Promise<Times> {
  const connection = await HttpConnection.open(origin);
  const times: Record<string, number[]> = {};
  for (let index = 0; index < samples; index++) {
    for (const kind of shuffled(kinds)) {
      const body = { username: usernameOf(kind, index), password: 'not the password of anybody' };
      const request = serialise(origin, { method: 'POST', path: '/v1/auth/login', body });
      const startedAt = performance.now();
      const { status } = await connection.send(request);
      (times[kind] ??= []).push(performance.now() - startedAt);
      if (status !== 401) throw new Error(`A refused login (${kind}) was answered ${status}`);
    }
  }
  connection.close();
  return times;
}

/** What comes always after the same kind would carry that one's traces. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Each kind against the wrong password. */
function compare(rounds: readonly Times[], where: string): Record<string, number> {
  const all = (kind: string): number[] => rounds.flatMap((times) => times[kind]!);
  const wrong = all(WRONG);
  const figures: Record<string, number> = { [`${WRONG}, ms${where}`]: median(wrong) };
  for (const kind of Object.keys(rounds[0]!).filter((name) => name !== WRONG)) {
    figures[`${kind}, ms${where}`] = median(all(kind));
    figures[`${kind}, difference %${where}`] = 100 * (median(all(kind)) / median(wrong) - 1);
    figures[`${kind}, p${where}`] = rankSumP(all(kind), wrong);
  }
  return figures;
}
