import { createPublicKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyExport, type AuditRetentionService, type RetentionPeriods } from '../../../src/modules/audit';
import { secondVerifier } from '../../support/second-verifier';
import {
  openAuditDatabase,
  startAuditService,
  TestEvent,
  withRetention,
  type AuditDatabase,
  type AuditService,
} from './audit-harness';

const SUBJECT = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const OTHER = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f';
/** Longer than any event here is old. */
const LONG = 20_000;

describe('the retention of the audit trail', () => {
  let database: AuditDatabase;
  let service: AuditService;

  /** Batch 1 is events 1 to 3, of January 2020; batch 2 events 4 to 6, of February. */
  beforeEach(async () => {
    database = await openAuditDatabase();
    const { owner } = database;
    for (const [name, from, to, events] of [
      ['2020_01', '2020-01-01', '2020-02-01', [{ id: 1 }, { id: 2 }, { id: 3, actor: SUBJECT }]],
      [
        '2020_02',
        '2020-02-01',
        '2020-03-01',
        [
          { id: 4, action: 'session.started' },
          { id: 5, action: 'user.created' },
          { id: 6, action: 'session.ended', actor: OTHER },
        ],
      ],
    ] as const) {
      await owner.query(
        `CREATE TABLE audit_events_${name} PARTITION OF audit_events
         FOR VALUES FROM ('${from} 00:00+00') TO ('${to} 00:00+00')`,
      );
      await owner.query(
        `INSERT INTO audit_events (id, at, action, outcome, actor_type, actor_id, target_type)
         SELECT format('00000000-0000-7000-8000-%s', lpad(id, 12, '0'))::uuid, '${from} 12:00+00',
           coalesce(action, 'old'), 'success', 'user', actor, 'test'
         FROM json_to_recordset($1) AS event (id text, action text, actor uuid)`,
        [JSON.stringify(events)],
      );
    }
    service = await startAuditService(database.url, { seals: true });
    await untilSealed();
  });

  afterEach(async () => {
    await service.close();
    await database.close();
  });

  const untilSealed = async (): Promise<void> => {
    const deadline = Date.now() + 5_000;
    while (
      (await database.owner.query('SELECT 1 FROM audit_events WHERE sequence IS NULL')).rows.length > 0
    ) {
      if (Date.now() > deadline) throw new Error('The trail was not sealed');
      await sleep(20);
    }
  };
  /** So many events of today, in a batch of their own. */
  const seal = async (count: number): Promise<void> => {
    await service.database.transaction(async () => {
      for (let n = 0; n < count; n++) await service.publisher.publish(new TestEvent());
    });
    await untilSealed();
  };
  const retain = (
    days: number,
    categories: RetentionPeriods['categories'] = {},
    isDryRun = false,
  ): ReturnType<AuditRetentionService['retain']> =>
    withRetention(database.url, (retention) => retention.retain({ days, categories }, { isDryRun }));
  /** The months that left. */
  const retire = async (): Promise<string[]> => [...(await retain(365)).months.keys()];
  const check = async (): Promise<unknown> => (await service.post('/v1/audit/verify', {})).body;
  const keys = async (): Promise<JsonWebKey[]> =>
    ((await service.get('/v1/audit/public-key')).body as { keys: JsonWebKey[] }).keys;
  const checkOffline = async (): Promise<unknown> => {
    const trusted = (await keys()).map(
      (jwk) => [String(jwk.kid), createPublicKey({ key: jwk, format: 'jwk' })] as const,
    );
    const lines = await service.export();
    return verifyExport(
      (async function* () {
        for (const line of lines) yield await Promise.resolve(line);
      })(),
      new Map(trusted),
      null,
    );
  };
  /** As a superuser who knows how to get past triggers. */
  const tamper = async (...statements: string[]): Promise<void> => {
    await database.owner.query('SET session_replication_role = replica');
    for (const statement of statements) await database.owner.query(statement);
    await database.owner.query('SET session_replication_role = origin');
  };

  it('L: takes old months out, keeps their checkpoints, and the chain still verifies', async () => {
    expect(await retire()).toEqual(['2020-01-01', '2020-02-01']);
    await untilSealed();

    expect(await check()).toMatchObject({ valid: true, checked: 1, retired: 6 });
    expect(await checkOffline()).toMatchObject({ valid: true, retired: 6 });
    expect(secondVerifier(await service.export(), await keys())).toBeGreaterThan(6);
    expect((await database.owner.query('SELECT 1 FROM audit_events_2020_01')).rowCount).toBe(3);
    expect(await retire()).toEqual([]);
    expect((await service.list('action=audit.retired')).items).toMatchObject([
      { changes: { days: { after: 365 }, categories: { after: {} } } },
      { changes: { days: { after: 365 }, categories: { after: {} } } },
    ]);
  });

  it('says what it would take out, and takes nothing', async () => {
    expect(await retain(365, { authentication: 30 }, true)).toEqual({
      months: new Map([
        ['2020-01-01', 3],
        ['2020-02-01', 3],
      ]),
      categories: new Map(),
      firstBad: null,
    });
    expect((await retain(LONG, { authentication: 30 }, true)).categories).toEqual(
      new Map([['authentication', 2]]),
    );

    expect(await check()).toMatchObject({ valid: true, checked: 6, retired: 0 });
    expect((await service.list('action=audit.retired')).items).toEqual([]);
  });

  it.each([
    ['a deletion', 'event_missing', 'DELETE FROM audit_events WHERE sequence = 2'],
    ['a change', 'event_altered', `UPDATE audit_events SET reason = 'other' WHERE sequence = 2`],
  ])('L: signs no retirement over %s: the month stays, and is told of', async (_, reason, statement) => {
    await tamper(statement);

    expect(await retain(365)).toEqual({
      months: new Map([['2020-02-01', 3]]),
      categories: new Map(),
      firstBad: { sequence: 2, reason },
    });
    expect(await check()).toMatchObject({ valid: false, firstBad: { sequence: 2, reason } });
  });

  it.each([
    [
      'an event that no checkpoint is of',
      1_000,
      `INSERT INTO audit_events (id, at, sequence, batch_id, action, outcome, actor_type, target_type)
       VALUES (gen_random_uuid(), '2020-01-05', 1000, gen_random_uuid(), 'x', 'success', 'user', 'x')`,
    ],
    [
      'an event of today that was made older',
      7,
      `UPDATE audit_events SET at = '2020-01-05' WHERE sequence = 7`,
    ],
  ])('L: lets no month go that holds %s', async (_, sequence, statement) => {
    await seal(1);
    await tamper(statement);

    await expect(retire()).rejects.toThrow('month 2020-01-01 holds 4 events');

    expect(await check()).toMatchObject({ valid: false, firstBad: { sequence } });
  });

  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signature = sign(null, Buffer.from('whatever'), privateKey).toString('hex');
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('hex');
  const BATCH_3 = '(SELECT previous FROM audit_batches WHERE number = 4)';

  it.each([
    [
      'a retirement that nobody signed',
      'retirement_altered',
      7,
      [
        `INSERT INTO audit_retirements SELECT 3, ${BATCH_3}, '\\x07', now(), kid, '\\x${signature}' FROM audit_sealing_keys`,
        'DELETE FROM audit_events WHERE sequence BETWEEN 7 AND 9',
      ],
    ],
    [
      'a retirement under a key that is not ours',
      'retirement_altered',
      7,
      [
        `INSERT INTO audit_sealing_keys SELECT 'forged', '\\x${spki}', private_key_ciphertext FROM audit_sealing_keys`,
        `INSERT INTO audit_retirements VALUES (3, ${BATCH_3}, '\\x07', now(), 'forged', '\\x${signature}')`,
        'DELETE FROM audit_events WHERE sequence BETWEEN 7 AND 9',
      ],
    ],
    [
      'the retirement of another batch',
      'retirement_altered',
      7,
      [
        `INSERT INTO audit_retirements
         SELECT 3, checkpoint, retired, retired_at, kid, signature FROM audit_retirements WHERE number = 1`,
        'DELETE FROM audit_events WHERE sequence BETWEEN 7 AND 9',
      ],
    ],
    [
      'the signature of another retirement',
      'retirement_altered',
      7,
      [
        `INSERT INTO audit_retirements
         SELECT 3, ${BATCH_3}, retired, retired_at, kid, signature FROM audit_retirements WHERE number = 1`,
        'DELETE FROM audit_events WHERE sequence BETWEEN 7 AND 9',
      ],
    ],
    [
      'a retirement that was made to cover more',
      'retirement_altered',
      4,
      [`UPDATE audit_retirements SET retired = '\\x0f' WHERE number = 2`],
    ],
    [
      'a retirement that was made to cover less',
      'retirement_altered',
      4,
      [`UPDATE audit_retirements SET retired = '\\x03' WHERE number = 2`],
    ],
    [
      'a retirement of another time',
      'retirement_altered',
      4,
      [`UPDATE audit_retirements SET retired_at = retired_at - interval '1 day' WHERE number = 2`],
    ],
    [
      'a retirement that was taken away',
      'event_missing',
      4,
      ['DELETE FROM audit_retirements WHERE number = 2'],
    ],
    [
      'an event under a sequence that was retired',
      'event_inserted',
      5,
      [
        `INSERT INTO audit_events (id, sequence, batch_id, action, outcome, actor_type, target_type)
         SELECT gen_random_uuid(), 5, id, 'x', 'success', 'user', 'x' FROM audit_batches WHERE number = 2`,
      ],
    ],
  ] as const)('L: finds %s (%s)', async (_, reason, sequence, statements) => {
    await seal(3);
    await retire();
    await untilSealed();
    expect(await check()).toMatchObject({ valid: true, checked: 4, retired: 6 });

    await tamper(...statements);

    expect(await check()).toMatchObject({ valid: false, firstBad: { sequence, reason } });
    expect(await checkOffline()).toMatchObject({ valid: false, firstBad: { sequence, reason } });
    const lines = await service.export();
    const trusted = await keys();
    expect(() => secondVerifier(lines, trusted)).toThrow();
  });

  it('keeps what is under a legal hold, of a person or of a time, until that is released', async () => {
    await database.owner.query(
      `INSERT INTO audit_holds (id, subject_id, reason) VALUES (gen_random_uuid(), $1, 'a lawsuit')`,
      [SUBJECT],
    );
    await database.owner.query(
      `INSERT INTO audit_holds (id, valid_from, reason) VALUES (gen_random_uuid(), '2020-01-10', 'another')`,
    );
    expect(await retire()).toEqual([]);

    await database.owner.query('UPDATE audit_holds SET released_at = now() WHERE subject_id IS NULL');
    expect(await retire()).toEqual(['2020-02-01']);
  });

  it('L: takes out a category before its month, and the chain still verifies', async () => {
    await service.publisher.publish(new TestEvent({ name: 'session.started' }));
    await untilSealed();

    expect((await retain(LONG, { authentication: 30 })).categories).toEqual(new Map([['authentication', 2]]));
    await untilSealed();

    const verdict = { valid: true, checked: 6, retired: 2 }; // one of today, and that of the retention
    expect(await check()).toMatchObject(verdict);
    expect(await checkOffline()).toMatchObject({ valid: true, retired: 2 });
    expect(secondVerifier(await service.export(), await keys())).toBeGreaterThan(6);
    expect((await service.list('action=session.started')).items).toHaveLength(1);
    expect((await service.list('action=user.created')).items).toMatchObject([{ sequence: 5 }]);
    await expect(database.owner.query('DELETE FROM audit_events WHERE sequence = 5')).rejects.toThrow(
      'append-only',
    );

    expect((await retain(LONG, { authentication: 30, accounts: 40 })).categories).toEqual(
      new Map([['accounts', 1]]),
    );
    expect(await check()).toMatchObject({ valid: true, retired: 3 });
    expect((await retain(365)).months).toEqual(
      new Map([
        ['2020-01-01', 3],
        ['2020-02-01', 0],
      ]),
    );
    expect(await check()).toMatchObject({ valid: true, retired: 6 });
  });

  it('takes out nothing of a category that is held, and the rest of it', async () => {
    await database.owner.query(
      `INSERT INTO audit_holds (id, subject_id, reason) VALUES (gen_random_uuid(), $1, 'a lawsuit')`,
      [OTHER],
    );

    expect((await retain(LONG, { authentication: 30 })).categories).toEqual(new Map([['authentication', 1]]));

    expect((await service.list('action=session.ended')).items).toHaveLength(1);
    expect(await check()).toMatchObject({ valid: true, retired: 1 });
  });

  it('L: signs no retirement of a category over a batch that is not what was sealed', async () => {
    await tamper(`UPDATE audit_events SET reason = 'other' WHERE sequence = 5`);

    expect(await retain(LONG, { authentication: 30 })).toEqual({
      months: new Map(),
      categories: new Map(),
      firstBad: { sequence: 5, reason: 'event_altered' },
    });
    expect((await service.list('action=session.ended')).items).toHaveLength(1);
  });

  it.each([
    [
      'a retirement of a part that was made to cover more',
      'retirement_altered',
      4,
      [
        `UPDATE audit_retirements SET retired = '\\x07' WHERE number = 2`,
        'DELETE FROM audit_events WHERE sequence = 5',
      ],
    ],
    ['a deletion beside a retirement', 'event_missing', 5, ['DELETE FROM audit_events WHERE sequence = 5']],
    [
      'a retirement that was put in the place of one that took out more',
      'event_missing',
      6,
      ['DELETE FROM audit_retirements', 'INSERT INTO audit_retirements SELECT * FROM earlier'],
    ],
  ] as const)('L: finds %s (%s)', async (_, reason, sequence, statements) => {
    const { rows } = await database.owner.query<{ id: string }>(
      `INSERT INTO audit_holds (id, subject_id, reason) VALUES (gen_random_uuid(), $1, 'a lawsuit') RETURNING id`,
      [OTHER],
    );
    await retain(LONG, { authentication: 30 });
    await database.owner.query('CREATE TABLE earlier AS SELECT * FROM audit_retirements');
    await database.owner.query('UPDATE audit_holds SET released_at = now() WHERE id = $1', [rows[0]!.id]);
    await retain(LONG, { authentication: 30 });
    await untilSealed();
    expect(await check()).toMatchObject({ valid: true, retired: 2 });

    await tamper(...statements);

    expect(await check()).toMatchObject({ valid: false, firstBad: { sequence, reason } });
    expect(await checkOffline()).toMatchObject({ valid: false, firstBad: { sequence, reason } });
  });

  it('may be verified and exported while it is retired', async () => {
    for (let batch = 0; batch < 5; batch++) await seal(1);

    const retiring = retain(365, { authentication: 30 });
    let isOver = false;
    void retiring.finally(() => (isOver = true)).catch(() => undefined);
    while (!isOver) {
      expect(await check()).toMatchObject({ valid: true });
      expect(await checkOffline()).toMatchObject({ valid: true });
    }

    expect((await retiring).months.size).toBe(2);
  });

  it('is not for the running service', async () => {
    for (const periods of [
      { days: 365, categories: {} },
      { days: LONG, categories: { authentication: 30 } },
    ]) {
      const asService = withRetention(database.url, (retention) => retention.retain(periods), {
        asService: true,
      });
      await expect(asService).rejects.toMatchObject({ code: '42501' });
    }
    expect(await check()).toMatchObject({ valid: true, retired: 0 });
  });
});
