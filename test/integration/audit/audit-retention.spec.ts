import { setTimeout as sleep } from 'node:timers/promises';
import { openAuditDatabase, startAuditService, type AuditDatabase, type AuditService } from './audit-harness';

const SUBJECT = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';

describe('the retention of the audit trail', () => {
  let database: AuditDatabase;
  let service: AuditService;

  beforeEach(async () => {
    database = await openAuditDatabase();
    const { owner } = database;
    for (const [name, from, to] of [
      ['2020_01', '2020-01-01', '2020-02-01'],
      ['2020_02', '2020-02-01', '2020-03-01'],
    ] as const) {
      await owner.query(
        `CREATE TABLE audit_events_${name} PARTITION OF audit_events
         FOR VALUES FROM ('${from} 00:00+00') TO ('${to} 00:00+00')`,
      );
      await owner.query(
        `INSERT INTO audit_events (id, at, action, outcome, actor_type, actor_id, target_type)
         SELECT gen_random_uuid(), '${from} 12:00+00', 'old', 'success', 'user', $1, 'test'
         FROM generate_series(1, 3)`,
        [name === '2020_01' ? SUBJECT : null],
      );
    }
    service = await startAuditService(database.url, { seals: true });
    const deadline = Date.now() + 5_000;
    while ((await owner.query('SELECT 1 FROM audit_events WHERE sequence IS NULL')).rows.length > 0) {
      if (Date.now() > deadline) throw new Error('The trail was not sealed');
      await sleep(20);
    }
  });

  afterEach(async () => {
    await service.close();
    await database.close();
  });

  const retire = async (): Promise<string[]> =>
    (
      await database.owner.query<{ month: string }>(
        `SELECT month::text FROM audit_retire_months(interval '365 days')`,
      )
    ).rows.map(({ month }) => month);
  const check = async (): Promise<unknown> => (await service.post('/v1/audit/verify', {})).body;

  it('L: takes old months out, keeps their checkpoints, and the chain still verifies', async () => {
    expect(await retire()).toEqual(['2020-01-01', '2020-02-01']);

    expect(await check()).toMatchObject({ valid: true, checked: 0, retired: 6 });
    expect((await database.owner.query('SELECT 1 FROM audit_events_2020_01')).rowCount).toBe(3);
    expect(await retire()).toEqual([]);
  });

  it('L: lets nobody pass a deletion off as retention', async () => {
    await database.owner.query('SET session_replication_role = replica');
    await database.owner.query('DELETE FROM audit_events WHERE sequence = 2');
    await database.owner.query('SET session_replication_role = origin');

    await retire();

    expect(await check()).toMatchObject({ valid: false, firstBad: { sequence: 1, reason: 'event_missing' } });
  });

  it('keeps what is under a legal hold, of a person or of a time, until that is released', async () => {
    await database.owner.query(
      `INSERT INTO audit_holds (id, subject_id, reason) VALUES (gen_random_uuid(), $1, 'a lawsuit')`,
      [SUBJECT],
    );
    await database.owner.query(
      `INSERT INTO audit_holds (id, valid_from, reason) VALUES (gen_random_uuid(), '2020-02-10', 'another')`,
    );
    expect(await retire()).toEqual([]);

    await database.owner.query('UPDATE audit_holds SET released_at = now() WHERE subject_id IS NULL');
    expect(await retire()).toEqual(['2020-02-01']);
  });

  it('is not for the running service', async () => {
    await database.owner.query('SET ROLE portcullis_runtime');

    await expect(retire()).rejects.toMatchObject({ code: '42501' });
    await database.owner.query('RESET ROLE');
  });
});
