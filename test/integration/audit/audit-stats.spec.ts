import { v7 as uuidv7 } from 'uuid';
import type { DomainEvent } from '../../../src/common/events';
import { SignInFailedEvent } from '../../../src/modules/auth/events/sign-in.events';
import {
  SessionRefusedEvent,
  SessionStartedEvent,
} from '../../../src/modules/sessions/events/session.events';
import {
  aPrincipal,
  openAuditDatabase,
  startAuditService,
  type AuditDatabase,
  type AuditService,
} from './audit-harness';

interface Stats {
  readonly signIns: readonly { hour: string; method: string; outcome: string; count: number }[];
  readonly refusalSources: readonly { ip: string | null; count: number }[];
}

const HOUR_MS = 3_600_000;

describe('the sums of the audit trail', () => {
  const user = uuidv7();
  let database: AuditDatabase;
  let service: AuditService;

  const publish = (event: DomainEvent, ip: string, principal = aPrincipal()): Promise<void> =>
    service.as({ ip, principal }, () => service.publisher.publish(event));

  const statsOf = async (from: number, to: number): Promise<Stats> => {
    const query = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
    const { status, body } = await service.get(`/v1/audit/stats?${query}`);
    expect(status).toBe(200);
    return body as Stats;
  };

  beforeAll(async () => {
    database = await openAuditDatabase();
    service = await startAuditService(database.url);
    for (let n = 0; n < 3; n++) await publish(new SessionStartedEvent(uuidv7(), user, ['pwd']), '192.0.2.1');
    await publish(new SessionStartedEvent(uuidv7(), user, ['pwd', 'otp']), '192.0.2.1');
    await publish(new SessionRefusedEvent(user, ['pwd']), '192.0.2.1');
    for (let n = 0; n < 4; n++)
      await publish(new SignInFailedEvent('unknown_user', null, 'nobody'), '198.51.100.7');
    for (let n = 0; n < 2; n++)
      await publish(new SignInFailedEvent('wrong_password', user, 'ada'), '192.0.2.9');
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  it('count sign-ins by hour, method and outcome', async () => {
    const { signIns } = await statsOf(Date.now() - HOUR_MS, Date.now() + HOUR_MS);
    const count = (method: string, outcome: string) =>
      signIns
        .filter((row) => row.method === method && row.outcome === outcome)
        .reduce((sum, row) => sum + row.count, 0);
    expect(count('pwd', 'success')).toBe(3);
    expect(count('pwd+otp', 'success')).toBe(1);
    expect(count('pwd', 'limit_reached')).toBe(1);
    expect(count('pwd', 'unknown_user')).toBe(4);
    expect(count('pwd', 'wrong_password')).toBe(2);
    expect(signIns.every(({ hour }) => /T\d\d:00:00Z$/.test(hour))).toBe(true);
  });

  it('show where refusals came from, most first, as long as the address has not been erased', async () => {
    const sources = async () => (await statsOf(Date.now() - HOUR_MS, Date.now() + HOUR_MS)).refusalSources;
    const shown = [
      { ip: '198.51.100.7', count: 4 },
      { ip: '192.0.2.9', count: 2 },
      { ip: '192.0.2.1', count: 1 },
    ];
    expect(await sources()).toEqual(shown);
    const { rows } = await database.owner.query<{ actor_key_id: string }>(
      `SELECT actor_key_id FROM audit_events WHERE reason = 'limit_reached'`,
    );
    await database.owner.query('DELETE FROM audit_keys WHERE id = $1', [rows[0]?.actor_key_id]);
    expect(await sources()).toEqual([...shown.slice(0, 2), { ip: null, count: 1 }]);
  });

  it('are of the time that was asked for, and nothing where nothing happened', async () => {
    expect(await statsOf(0, HOUR_MS)).toEqual({ signIns: [], refusalSources: [] });
  });

  it('are themselves read under the eyes of the trail', async () => {
    await statsOf(0, HOUR_MS);
    const { items } = await service.list('action=audit.read&limit=1');
    expect(items).toMatchObject([
      {
        target: { type: 'audit_stats' },
        changes: { filters: { after: { from: '1970-01-01T00:00:00.000Z' } } },
      },
    ]);
  });

  it.each([
    ['no end', 'from=2026-01-01T00:00:00Z'],
    ['an end before its beginning', 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z'],
    ['more than 31 days', 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:01Z'],
    ['a year that PostgreSQL does not know', 'from=0000-01-01T00:00:00Z&to=0000-01-02T00:00:00Z'],
    ['a field that nobody knows', 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&by=day'],
  ])('refuse %s', async (_, query) => {
    expect((await service.get(`/v1/audit/stats?${query}`)).status).toBe(400);
  });
});
