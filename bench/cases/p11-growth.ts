import { ADMIN } from '../../test/support/service';
import { signIn } from '../harness/accounts';
import type { Bench } from '../harness/bench';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { withClient } from '../harness/sql';
import { bearer } from '../harness/tokens';
import { HttpConnection } from '../load/http-connection';
import { serialise } from '../load/serialise';
import type { Case, Measurement } from '../measurement';
import { median } from '../statistics';
import { growthOfGrants } from './growth-of-grants';

const SMALL = 100_000;
const LARGE = { quick: 1_000_000, default: 1_000_000, full: 10_000_000 };
const RARE = 'aaaaaaaa-0000-7000-8000-000000000001';
const PAGE = 50;

/** The filters of the list, each with a value that few of many events have. */
const FILTERS: Readonly<Record<string, string>> = {
  none: '',
  actor: `actor=${RARE}`,
  target: `target=${RARE}`,
  action: 'action=user.created',
  outcome: 'outcome=failure',
  'from and to': 'from=FROM&to=TO',
  requestId: `requestId=${RARE}`,
  ip: 'ip=192.0.2.7',
};

export const growth: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const size = LARGE[bench.profile.name];
  const small = await startWith(bench, SMALL);
  const large = await startWith(bench, size);
  const values = await interleave(bench, {
    'newest, small': () => p99Of(bench, small, ''),
    'newest, large': () => p99Of(bench, large, ''),
    'deep, small': () => p99Of(bench, small, small.deep),
    'deep, large': () => p99Of(bench, large, large.deep),
  });
  const fullReads = await sequentialScans(bench, large);
  const grants = await growthOfGrants(bench);
  const ratioOf = (page: string): number =>
    median(values[`${page}, large`]!.map((value, round) => value / values[`${page}, small`]![round]!));
  return {
    how: `newest page of ${PAGE} events over HTTP, one at a time, p99, of ${size} events`,
    unit: 'ms',
    better: 'less',
    ours: values['newest, large']!,
    baseline: { name: `the same of ${SMALL} events`, values: values['newest, small']! },
    peers: {},
    figures: {
      'deep page, large / small': ratioOf('deep'),
      'deep page of the large trail, p99 ms': median(values['deep, large']!),
      'filters that read a month from end to end': fullReads,
      ...grants,
    },
  };
}

interface Trail {
  readonly database: string;
  readonly server: Server;
  readonly headers: Readonly<Record<string, string>>;
  /** A query that goes on from the middle of the trail. */
  readonly deep: string;
}

/** Few of many are of the rare actor; the outcome, action, address and request of the rest are those of daily life. */
async function startWith(bench: Bench, events: number): Promise<Trail> {
  const database = await bench.database();
  await withClient(database, async (client) => {
    await client.query(
      `INSERT INTO audit_events (id, at, sequence, action, outcome, actor_type, actor_id, target_type, target_id, request_id)
       SELECT gen_random_uuid(), m.first + n * (now() - m.first) / $1::int, n,
         CASE n % 1000 WHEN 0 THEN 'user.created' ELSE 'session.refreshed' END,
         CASE n % 100 WHEN 0 THEN 'failure' ELSE 'success' END, 'user',
         CASE n % 10000 WHEN 0 THEN '${RARE}' ELSE gen_random_uuid() END, 'session',
         CASE n % 10000 WHEN 1 THEN '${RARE}' ELSE gen_random_uuid()::text END, gen_random_uuid()
       FROM generate_series(1, $1::int) n,
         (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS first) m`,
      [events],
    );
    await client.query('VACUUM ANALYZE audit_events');
  });
  const server = await bench.application(database);
  const { accessToken } = await signIn(server.origin, ADMIN.username, ADMIN.password);
  const headers = bearer(accessToken);
  const connection = await HttpConnection.open(server.origin);
  const path = `/v1/audit/events?limit=${PAGE}&to=${middle()}`;
  const { body } = await connection.send(serialise(server.origin, { method: 'GET', path, headers }));
  connection.close();
  const { nextCursor } = JSON.parse(body) as { nextCursor: string };
  return { database, server, headers, deep: `cursor=${nextCursor}` };
}

/** Half way between the start of the month and now. */
function middle(): string {
  const now = new Date();
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  return new Date((first + now.getTime()) / 2).toISOString();
}

async function p99Of(bench: Bench, { server, headers }: Trail, query: string): Promise<number> {
  const path = `/v1/audit/events?limit=${PAGE}&${query}`;
  return (await bench.load(server, { connections: 1, requests: [{ method: 'GET', path, headers }] })).p99Ms;
}

/** Asks once by each filter, and reads in the server's log by which plan it was answered. */
async function sequentialScans(bench: Bench, { database, headers }: Trail): Promise<number> {
  await bench.postgres.explainStatements(database);
  const server = await bench.application(database);
  const connection = await HttpConnection.open(server.origin);
  const month = `audit_events_${new Date().toISOString().slice(0, 7).replace('-', '_')}`;
  let scans = 0;
  for (const [name, filter] of Object.entries(FILTERS)) {
    const query = filter.replace('FROM', middle()).replace('TO', new Date().toISOString());
    const before = bench.postgres.countReads(month);
    const path = `/v1/audit/events?limit=${PAGE}&${query}`;
    const { status } = await connection.send(serialise(server.origin, { method: 'GET', path, headers }));
    if (status !== 200) throw new Error(`The filter by ${name} was answered ${status}`);
    const after = bench.postgres.countReads(month);
    if (after.all === before.all) throw new Error(`No plan was logged for the filter by ${name}`);
    if (after.full > before.full) scans++;
  }
  connection.close();
  return scans;
}
