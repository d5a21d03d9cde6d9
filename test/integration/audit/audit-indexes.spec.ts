import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { openAuditDatabase, startAuditService, type AuditDatabase, type AuditService } from './audit-harness';

const EVENTS = 60_000;

/** Half a year of a busy service: most events are refreshes, one in fifty is a refusal. */
const FILL = `
  INSERT INTO audit_events (id, at, action, outcome, actor_type, actor_id, target_type, target_id, request_id)
  SELECT gen_random_uuid(), clock_timestamp() - n * interval '1 minute',
    CASE WHEN n % 1000 = 0 THEN 'role.created' WHEN n % 10 = 0 THEN 'session.started' ELSE 'session.refreshed' END,
    CASE WHEN n % 100 = 0 THEN 'denied' WHEN n % 100 = 50 THEN 'failure' ELSE 'success' END,
    'user', ('00000000-0000-7000-8000-' || lpad((n % 500)::text, 12, '0'))::uuid,
    'session', 'target-' || n % 2000, gen_random_uuid()
  FROM generate_series(1, ${EVENTS}) n`;

/** Months that hold nothing yet may well be read in sequence. */
const SEQUENTIAL_READ = /Seq Scan .*actual .*rows=(?!0\.00)/;

const ACTOR = '00000000-0000-7000-8000-000000000042';

interface Sent {
  readonly name?: string;
  readonly text?: string;
  readonly values: unknown[];
}

describe('reading a large audit trail', () => {
  let database: AuditDatabase;
  let service: AuditService;
  let cursor: string | null;
  let sent: () => readonly Sent[];

  beforeAll(async () => {
    database = await openAuditDatabase();
    service = await startAuditService(database.url);
    await database.owner.query(FILL);
    await database.owner.query('ANALYZE audit_events');
    const recording = jest.spyOn(Client.prototype, 'query');
    const recorded = recording.mock.calls as unknown as Partial<Sent>[][];
    sent = () =>
      recorded.map(([query]) => query as Sent).filter(({ text }) => text?.includes('FROM audit_events'));
    cursor = (await service.list('limit=10')).nextCursor;
  }, 60_000);

  afterAll(async () => {
    jest.restoreAllMocks();
    await service.close();
    await database.close();
  });

  /** How PostgreSQL answers what the service asks it for `path`; a named statement soon has one plan for all values. */
  const planOf = async (path: string): Promise<string> => {
    await service.get(path);
    const { name, text, values } = sent().at(-1)!;
    const { owner } = database;
    await owner.query(`SET plan_cache_mode = ${name === '' ? 'force_custom_plan' : 'force_generic_plan'}`);
    await owner.query(`PREPARE page AS ${text}`);
    const literals = values.map((value) => owner.escapeLiteral(String(value))).join(', ');
    const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE) EXECUTE page (${literals})`,
    );
    await owner.query('DEALLOCATE page');
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };

  it.each([
    ['none', ''],
    ['actor', `actor=${ACTOR}`],
    ['target', 'target=target-7'],
    ['a frequent action', 'action=session.refreshed'],
    ['a rare action', 'action=role.created'],
    ['success', 'outcome=success'],
    ['failure', 'outcome=failure'],
    ['denied', 'outcome=denied'],
    ['request', `requestId=${uuidv7()}`],
    ['time', 'from=2026-01-01T00:00:00Z&to=2126-01-01T00:00:00Z'],
    ['actor and action', `actor=${ACTOR}&action=session.refreshed`],
    ['actor and target', `actor=${ACTOR}&target=target-42`],
    ['action and outcome', 'action=session.started&outcome=denied'],
    ['actor, target and time', `actor=${ACTOR}&target=target-42&from=2026-01-01T00:00:00Z`],
    [
      'all of them',
      `actor=${ACTOR}&target=target-42&action=role.created&outcome=denied&requestId=${uuidv7()}`,
    ],
  ])('serves every filter by an index, on the first page and on the next: %s', async (_, filters) => {
    for (const query of [filters, `${filters}&cursor=${cursor}`]) {
      const plan = await planOf(`/v1/audit/events?limit=20&${query}`);

      expect(plan).toContain('Index Scan');
      expect(plan).not.toMatch(SEQUENTIAL_READ);
      expect(rowsReadBy(plan)).toBeLessThan(EVENTS / 20);
    }
  });

  it('sums up a day by index, whatever there is besides', async () => {
    const to = Date.now();
    const at = (moment: number) => new Date(moment).toISOString();
    const plan = await planOf(`/v1/audit/stats?from=${at(to - 86_400_000)}&to=${at(to)}`);

    expect(plan).toContain('Index Scan');
    expect(plan).not.toMatch(SEQUENTIAL_READ);
    expect(rowsReadBy(plan)).toBeLessThan(EVENTS / 20);
  });

  it('finds one event by its id in at most two months', async () => {
    const plan = await planOf(`/v1/audit/events/${uuidv7()}`);

    expect(plan.match(/(Index|Bitmap Heap|Seq) Scan/g)?.length).toBeLessThanOrEqual(3);
    expect(plan).not.toMatch(SEQUENTIAL_READ);
  });
});

/** What the scans gave, and what they threw away. */
function rowsReadBy(plan: string): number {
  const given = [...plan.matchAll(/Scan .*\(actual .*?rows=([\d.]+)/g)];
  const removed = [...plan.matchAll(/Rows Removed by Filter: (\d+)/g)];
  return [...given, ...removed].reduce((sum, [, rows]) => sum + Number(rows), 0);
}
