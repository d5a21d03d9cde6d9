import { createHash, createPublicKey, generateKeyPairSync, sign, verify, type JsonWebKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { verifyExport } from '../../../src/modules/audit';
import { secondVerifier } from '../../support/second-verifier';
import {
  openAuditDatabase,
  startAuditService,
  TestEvent,
  type AuditDatabase,
  type AuditService,
} from './audit-harness';

interface Verdict {
  readonly valid: boolean;
  readonly checked: number;
  readonly unsealed: number;
  readonly firstBad?: { sequence: number; reason: string };
  readonly checkpoint: { number: number; lastSequence: number };
}

const SUBJECT = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const SEALED_WITHIN_MS = 1_000;

describe('the sealed trail', () => {
  let database: AuditDatabase;
  let service: AuditService;

  beforeEach(async () => {
    database = await openAuditDatabase();
    service = await startAuditService(database.url, { seals: true });
  });

  afterEach(async () => {
    await service.close();
    await database.close();
  });

  const publish = (count: number, from = 0): Promise<unknown> =>
    service.as(
      {
        principal: {
          subject: SUBJECT,
          subjectType: 'user',
          sessionId: SUBJECT,
          authTime: 0,
          amr: [],
          acr: 'aal1',
        },
      },
      () =>
        Promise.all(
          Array.from({ length: count }, (_, index) => from + index).map((n) =>
            service.publisher.publish(
              new TestEvent({
                name: 'chained',
                reason: `number ${n} "é\u2028\\`,
                changes: { n: { after: n }, big: { after: 1e21 } },
                target: { type: 'user', id: SUBJECT },
                personalChanges: { email: { after: `ada${n}@example.com` } },
                typedName: 'ada',
              }),
            ),
          ),
        ),
    );
  const unsealed = async (): Promise<number> =>
    (
      await database.owner.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM audit_events WHERE sequence IS NULL',
      )
    ).rows[0]!.n;
  const untilSealed = async (within = 5_000): Promise<void> => {
    const deadline = Date.now() + within;
    while ((await unsealed()) > 0) {
      if (Date.now() > deadline) throw new Error(`The trail was not sealed within ${within} ms`);
      await sleep(10);
    }
  };
  const check = async (body: object = {}): Promise<Verdict> =>
    (await service.post('/v1/audit/verify', body)).body as Verdict;
  const keys = async (): Promise<JsonWebKey[]> =>
    ((await service.get('/v1/audit/public-key')).body as { keys: JsonWebKey[] }).keys;
  /** As a superuser who knows how to get past triggers. */
  const tamper = async (...statements: string[]): Promise<void> => {
    await database.owner.query('SET session_replication_role = replica');
    for (const statement of statements) await database.owner.query(statement);
    await database.owner.query('SET session_replication_role = origin');
  };
  /** Several batches, and nothing that is still on its way. */
  const seal = async (): Promise<void> => {
    for (const count of [3, 4, 3]) {
      // In one transaction, and so in one batch.
      await service.database.transaction(async () => {
        for (let n = 0; n < count; n++) await publish(1, n);
      });
      await untilSealed();
    }
  };

  it('L: takes events in within a second of the last transaction before them, in the order of their transactions', async () => {
    await publish(20);
    await untilSealed(); // the first seal makes the key, too
    await publish(20);
    const startedAt = Date.now();
    await untilSealed();

    expect(Date.now() - startedAt).toBeLessThan(SEALED_WITHIN_MS);
    const { rows } = await database.owner.query<{ ordered: boolean }>(
      `SELECT array_agg(sequence ORDER BY sequence) = array_agg(sequence ORDER BY xid, id)
         AND array_agg(sequence ORDER BY sequence) = array(SELECT generate_series(1, 40)::bigint) AS ordered
       FROM audit_events`,
    );
    expect(rows).toEqual([{ ordered: true }]);
    expect(await check()).toMatchObject({ valid: true, checked: 40, unsealed: 0, retired: 0 });
  });

  it('waits for a foreign transaction that writes, and lets nobody else wait', async () => {
    await publish(1);
    await untilSealed();
    const foreign = new Client({ connectionString: database.url });
    foreign.on('error', () => undefined); // if the test fails first, its database goes
    await foreign.connect();
    await foreign.query('BEGIN');
    await foreign.query('SELECT pg_current_xact_id()');

    const startedAt = Date.now();
    await publish(5);
    expect(Date.now() - startedAt).toBeLessThan(SEALED_WITHIN_MS);
    expect((await service.list('action=chained')).items).toHaveLength(6);
    expect((await check()).unsealed).toBeGreaterThanOrEqual(5);
    await foreign.query('COMMIT');
    await foreign.end();

    await untilSealed(SEALED_WITHIN_MS);
  });

  it('L: proves an event to whoever has the public key', async () => {
    await seal();
    const { items } = await service.list('action=chained');
    const [jwk] = await keys();

    for (const { id } of items) {
      const { record, path, leafIndex, treeSize, checkpoint } = (
        await service.get(`/v1/audit/events/${id}/proof`)
      ).body as {
        record: Record<string, unknown>;
        path: string[];
        leafIndex: number;
        treeSize: number;
        checkpoint: Record<string, unknown>;
      };
      const sorted = (value: Record<string, unknown>): string =>
        JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
      const hash = (...parts: (string | Buffer)[]): Buffer =>
        parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();
      let [node, at, last] = [hash(Buffer.of(0), sorted(record)), leafIndex, treeSize - 1];
      for (const sibling of path.map((text) => Buffer.from(text, 'hex'))) {
        const isRight = at % 2 === 1 || at === last;
        node = isRight ? hash(Buffer.of(1), sibling, node) : hash(Buffer.of(1), node, sibling);
        while (isRight && at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
        [at, last] = [at >> 1, last >> 1];
      }
      const { signature, ...body } = checkpoint;
      expect(record.id).toBe(id);
      expect(node.toString('hex')).toBe(body.root);
      expect(
        verify(
          null,
          Buffer.from(`portcullis-audit-checkpoint-v1\n${sorted(body)}`),
          createPublicKey({ key: jwk!, format: 'jwk' }),
          Buffer.from(String(signature), 'hex'),
        ),
      ).toBe(true);
    }
  });

  it('exports what a second verifier, written from the documentation, finds whole', async () => {
    await seal();
    const lines = await service.export();

    expect(secondVerifier(lines, await keys())).toBe(10);
    expect(lines.join('\n')).toContain('ada0@example.com');
    for (const alter of [
      (text: string) => text.replace('number 2', 'number 3'),
      (text: string) => text.replace(/\n[^\n]*number 1 [^\n]*/, ''),
      (text: string) => text.replace(/"root":"./, '"root":"x'),
      (text: string) => text.replace(/\n[^\n]*$/, ''),
    ]) {
      const altered = alter(lines.join('\n')).split('\n');
      expect(altered).not.toEqual(lines);
      expect(() => secondVerifier(altered, [])).toThrow();
    }
  });

  it('L: finds an export that was cut at either end, or has the header of another', async () => {
    await seal();
    const { rows } = await database.owner.query<{ at: string }>(
      `SELECT to_char(first_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
       FROM audit_batches WHERE number = 2`,
    );
    const kindOf = (line: string): string => (JSON.parse(line) as { kind: string }).kind;
    const partsOf = async (query: string): Promise<string[][]> => {
      const parts: string[][] = [];
      for (const line of await service.export(query)) {
        if (kindOf(line) === 'event') parts.at(-1)!.push(line);
        else parts.push([line]);
      }
      return parts;
    };
    const whole = await partsOf('');
    const [header, first, second, third] = whole;
    const [end] = whole.slice(-1);
    const later = await partsOf(`from=${rows[0]!.at}`);
    const [headerOfEarlier] = await partsOf(`to=${rows[0]!.at}`);
    const trusted = await keys();
    const verdictOf = (lines: readonly string[]): ReturnType<typeof verifyExport> =>
      verifyExport(
        (async function* () {
          for (const line of lines) yield await Promise.resolve(line);
        })(),
        new Map(trusted.map((jwk) => [String(jwk.kid), createPublicKey({ key: jwk, format: 'jwk' })])),
        null,
      );

    for (const good of [whole, later]) {
      expect(await verdictOf(good.flat())).toMatchObject({ valid: true });
      expect(secondVerifier(good.flat(), trusted)).toBeGreaterThanOrEqual(10);
    }
    expect(await verdictOf(later.flat())).toMatchObject({
      header: { from: rows[0]!.at, to: null, firstCheckpoint: 2, firstSequence: 4 },
    });
    for (const [parts, sequence, reason] of [
      [[header, second, third, end], 1, 'checkpoint_missing'],
      [[header, first, third, end], 4, 'checkpoint_missing'],
      [[header, first, second, end], 8, 'truncated'],
      [[header, end], 1, 'truncated'],
      [later.toSpliced(1, 1), 4, 'checkpoint_missing'],
      [later.toSpliced(1), 4, 'truncated'],
      [[later[0], ...whole.slice(1)], 4, 'checkpoint_missing'],
      [[headerOfEarlier, ...whole.slice(1)], 4, 'event_inserted'],
    ] as const) {
      const lines = parts.flatMap((part) => part ?? []);
      if (kindOf(lines.at(-1)!) !== 'end') lines.push(...end!);
      expect(await verdictOf(lines)).toMatchObject({ valid: false, firstBad: { sequence, reason } });
      expect(() => secondVerifier(lines, trusted)).toThrow();
    }
  });

  it('exports only the batches of a range, and says so in the trail', async () => {
    await seal();
    const to = new Date(Date.now() - 86_400_000).toISOString();

    const kinds = (await service.export(`to=${to}`)).map(
      (line) => (JSON.parse(line) as { kind: string }).kind,
    );

    expect(kinds).toEqual(['header', 'end']);
    expect((await service.list('action=audit.exported')).items[0]?.changes).toEqual({
      range: { after: { to } },
    });
  });

  it('L: stays whole, and reads as nothing, when a person is erased', async () => {
    await seal();
    await database.owner.query('DELETE FROM audit_keys WHERE subject_id = $1', [SUBJECT]);

    const text = (await service.export()).join('\n');

    expect(text).not.toMatch(/@example\.com|192\.0\.2\.7/);
    expect(secondVerifier(text.split('\n'), await keys())).toBeGreaterThanOrEqual(10);
    expect(await check()).toMatchObject({ valid: true });
  });

  it.each([
    ...[
      'id = gen_random_uuid()',
      `at = at + interval '1 microsecond'`,
      `xid = '1'`,
      'batch_id = gen_random_uuid()',
      `action = 'other'`,
      `outcome = 'denied'`,
      'reason = NULL',
      `actor_type = 'service'`,
      'actor_id = NULL',
      'on_behalf_of = actor_id',
      `target_type = 'role'`,
      `target_id = 'other'`,
      `changes = changes || '{"n":{"after":9}}'`,
      'request_id = gen_random_uuid()',
      'session_id = NULL',
      'actor_key_id = NULL',
      'actor_personal = NULL',
      'target_key_id = gen_random_uuid()',
      `target_personal = target_personal || '\\x00'`,
      `ip_digest = '\\x00'`,
      'typed_name_digest = NULL',
    ].map(
      (change) =>
        [change, 'event_altered', 5, [`UPDATE audit_events SET ${change} WHERE sequence = 5`]] as const,
    ),
    ['a deletion', 'event_missing', 5, ['DELETE FROM audit_events WHERE sequence = 5']],
    [
      'a sequence taken away',
      'event_missing',
      5,
      ['UPDATE audit_events SET sequence = NULL WHERE sequence = 5'],
    ],
    [
      'an insertion under a sequence that is there',
      'event_inserted',
      5,
      [
        `INSERT INTO audit_events (id, sequence, batch_id, action, outcome, actor_type, target_type)
         SELECT 'ffffffff-ffff-4fff-8fff-ffffffffffff', 5, batch_id, 'x', 'success', 'user', 'x'
         FROM audit_events WHERE sequence = 5`,
      ],
    ],
    [
      'an insertion behind the end',
      'event_inserted',
      1_000,
      [
        `INSERT INTO audit_events (id, sequence, batch_id, action, outcome, actor_type, target_type)
         VALUES (gen_random_uuid(), 1000, gen_random_uuid(), 'x', 'success', 'user', 'x')`,
      ],
    ],
    [
      'two events swapped',
      'event_altered',
      5,
      ['UPDATE audit_events SET sequence = 11 - sequence WHERE sequence IN (5, 6)'],
    ],
    [
      'a leaf altered',
      'leaves_altered',
      4,
      [`UPDATE audit_batches SET leaves = set_byte(leaves, 3, 7 # get_byte(leaves, 3)) WHERE number = 2`],
    ],
    [
      'a root altered',
      'checkpoint_altered',
      4,
      [`UPDATE audit_batches SET root = sha256('x') WHERE number = 2`],
    ],
    [
      'a signature altered',
      'checkpoint_altered',
      4,
      [`UPDATE audit_batches SET signature = signature || '\\x00' WHERE number = 2`],
    ],
    [
      'a batch taken out with its events',
      'checkpoint_missing',
      4,
      [
        'DELETE FROM audit_events WHERE sequence BETWEEN 4 AND 7',
        'DELETE FROM audit_batches WHERE number = 2',
      ],
    ],
    [
      'the first batch taken out with its events',
      'checkpoint_missing',
      1,
      ['DELETE FROM audit_events WHERE sequence < 4', 'DELETE FROM audit_batches WHERE number = 1'],
    ],
  ] as const)('L: finds %s (%s)', async (_, reason, sequence, statements) => {
    await seal();
    expect(await check()).toMatchObject({ valid: true, checked: 10 });

    await tamper(...statements);

    expect(await check()).toMatchObject({ valid: false, firstBad: { sequence, reason } });
    const { items } = await service.list('action=audit.verified');
    expect(items.map(({ changes }) => changes)).toContainEqual(
      expect.objectContaining({ firstBad: { after: sequence } }),
    );
  });

  it('L: names a field that was damaged, and goes on reading and exporting all others', async () => {
    await seal();
    await tamper(
      'UPDATE audit_events SET actor_personal = set_byte(actor_personal, 20, 7 # get_byte(actor_personal, 20)) WHERE sequence = 5',
      'UPDATE audit_events SET actor_key_id = NULL WHERE sequence = 6',
      `UPDATE audit_events SET target_personal = '\\x', outcome = 'denied' WHERE sequence = 7`,
    );

    const { items } = await service.list('action=chained');
    const bySequence = new Map(items.map((event) => [event.sequence, event]));
    const email = (n: number): object => ({ email: { after: `ada${n}@example.com` } });
    expect(items).toHaveLength(10);
    expect(bySequence.get(4)).not.toHaveProperty('unreadable');
    const isNobody = { ip: null, userAgent: null, unreadable: ['actor'] };
    expect(bySequence.get(5)).toMatchObject({ ...isNobody, changes: email(1) });
    expect(bySequence.get(6)).toMatchObject({ ...isNobody, changes: email(2) });
    expect(bySequence.get(7)).toMatchObject({ ip: '192.0.2.7', unreadable: ['target'] });
    expect(bySequence.get(7)?.changes).not.toHaveProperty('email');
    const { id } = bySequence.get(5)!;
    expect(await service.get(`/v1/audit/events/${id}`)).toEqual({ status: 200, body: bySequence.get(5) });

    const lines = (await service.export()).map(
      (line) => JSON.parse(line) as { kind: string; record?: { sequence: number }; unreadable?: string[] },
    );
    expect(lines.at(-1)?.kind).toBe('end');
    const damaged = lines.filter(({ unreadable }) => unreadable !== undefined);
    expect(damaged.map(({ record, unreadable }) => [record?.sequence, unreadable])).toEqual([
      [5, ['actor']],
      [6, ['actor']],
      [7, ['target']],
    ]);
    expect(await check()).toMatchObject({ firstBad: { sequence: 5, reason: 'event_altered' } });
  });

  it('L: reads what is under a key that was damaged as unreadable, and the rest as ever', async () => {
    await seal();
    await service.publisher.publish(
      new TestEvent({ outcome: 'denied', typedName: 'nobody', target: { type: 'user', id: SUBJECT } }),
    );
    const now = Date.now();
    const [from, to] = [now - 3_600_000, now + 3_600_000].map((time) => new Date(time).toISOString());
    await tamper(
      `UPDATE audit_keys SET key_ciphertext = set_byte(key_ciphertext, 20, 7 # get_byte(key_ciphertext, 20))`,
    );

    const { items } = await service.list('action=chained');
    expect(items[0]).toMatchObject({ ip: null, unreadable: ['actor', 'target'] });
    expect((await service.export()).join('\n')).not.toContain('@example.com');
    const stats = await service.get(`/v1/audit/stats?from=${from}&to=${to}`);
    expect(stats).toMatchObject({ status: 200 });
  });

  it('L: finds a tail that was cut off, by a checkpoint that was kept elsewhere', async () => {
    await seal();
    const { checkpoint } = await check();
    await untilSealed();
    await tamper(
      'DELETE FROM audit_events WHERE sequence > 7 OR sequence IS NULL',
      'DELETE FROM audit_batches WHERE number > 2',
    );

    expect(await check({ checkpoint })).toMatchObject({
      valid: false,
      firstBad: { sequence: 8, reason: 'truncated' },
    });
  });

  it('L: finds a chain that was built anew under another key, and one that differs from a checkpoint kept elsewhere', async () => {
    await seal();
    const { checkpoint } = await check();
    await untilSealed();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('hex');
    const signature = sign(null, Buffer.from('whatever'), privateKey).toString('hex');
    await tamper(
      `INSERT INTO audit_sealing_keys SELECT 'forged', '\\x${spki}', private_key_ciphertext FROM audit_sealing_keys`,
      `UPDATE audit_batches SET kid = 'forged', signature = '\\x${signature}'`,
    );

    expect(await check()).toMatchObject({ valid: false, firstBad: { sequence: 1, reason: 'unknown_key' } });
    expect(await check({ checkpoint })).toMatchObject({ valid: false });
  });

  it('L: finds a history other than that of a checkpoint kept elsewhere, though every signature in it is good', async () => {
    await seal();
    const { body } = await service.get('/v1/audit/checkpoints?limit=200');
    const checkpoint = (body as { items: object[] }).items.at(-1);
    await untilSealed();
    // What a thief of the key can do: everything from the start, as it suits him.
    await tamper('DELETE FROM audit_batches', 'UPDATE audit_events SET sequence = NULL, batch_id = NULL');
    await untilSealed();

    expect(await check()).toMatchObject({ valid: true });
    expect(await check({ checkpoint })).toMatchObject({
      valid: false,
      firstBad: { reason: 'checkpoint_differs' },
    });
  });

  it('looks at a range only, where one is asked for', async () => {
    await seal();
    await tamper(`UPDATE audit_events SET action = 'other' WHERE sequence = 2`);

    expect(await check({ fromSequence: 4, toSequence: 7 })).toMatchObject({ valid: true, checked: 4 });
    expect(await check({ fromSequence: 2, toSequence: 4 })).toMatchObject({ firstBad: { sequence: 2 } });
  });

  it('L: finds batches that are gone at the ends of a range, before it, or with all of it', async () => {
    await seal();
    const { rows } = await database.owner.query<{ number: number; first: number; last: number }>(
      `SELECT number::int, first_sequence::int AS first, last_sequence::int AS last FROM audit_batches ORDER BY number`,
    );
    const [one, two, three] = [rows[0]!, rows[1]!, rows[2]!];
    const missing = (sequence: number): object => ({
      valid: false,
      firstBad: { sequence, reason: 'checkpoint_missing' },
    });
    await tamper(
      `DELETE FROM audit_batches WHERE number = ${two.number}`,
      `DELETE FROM audit_events WHERE sequence BETWEEN ${two.first} AND ${two.last}`,
    );

    expect(await check({ fromSequence: two.first, toSequence: two.last })).toMatchObject(missing(two.first));
    expect(await check({ fromSequence: one.first, toSequence: two.last })).toMatchObject(missing(two.first));
    expect(await check({ fromSequence: two.last, toSequence: three.last })).toMatchObject(missing(two.last));
    expect(await check({ fromSequence: three.first, toSequence: three.last })).toMatchObject({
      valid: false,
    });
    expect(await check({ fromSequence: one.first, toSequence: one.last })).toMatchObject({ valid: true });
  });

  it('L: looks for a kept checkpoint beside the range that was asked for, before it and behind it', async () => {
    await seal();
    const { body } = await service.get('/v1/audit/checkpoints?limit=200');
    const kept = (body as { items: { number: number }[] }).items;
    const [newest, oldest] = [kept[0]!, kept.at(-1)!];
    const range = { fromSequence: 4, toSequence: 7 };

    for (const checkpoint of [newest, oldest])
      expect(await check({ ...range, checkpoint })).toMatchObject({ valid: true });
    expect(await check({ fromSequence: 1_000_000, checkpoint: newest })).toMatchObject({ valid: true });
    for (const checkpoint of [newest, oldest])
      expect(await check({ ...range, checkpoint: { ...checkpoint, root: 'f'.repeat(64) } })).toMatchObject({
        firstBad: { reason: 'checkpoint_differs' },
      });
    const beyond = { ...newest, number: newest.number + 1_000 };
    expect(await check({ ...range, checkpoint: beyond })).toMatchObject({
      firstBad: { reason: 'truncated' },
    });
  });

  it('answers its public keys from memory, whatever holds the database up', async () => {
    await seal();
    const known = await keys();
    await database.owner.query('BEGIN; LOCK TABLE audit_sealing_keys IN ACCESS EXCLUSIVE MODE');

    expect(await keys()).toEqual(known);
    expect(known).toHaveLength(1);
    await database.owner.query('ROLLBACK');
  });

  it('knows no proof of what is not there, or not yet sealed', async () => {
    expect((await service.get(`/v1/audit/events/${uuidv7()}/proof`)).status).toBe(404);
    const foreign = new Client({ connectionString: database.url });
    foreign.on('error', () => undefined); // if the test fails first, its database goes
    await foreign.connect();
    await foreign.query('BEGIN; SELECT pg_current_xact_id()');
    await publish(1);
    const [event] = (await service.list('action=chained')).items;

    expect(await service.get(`/v1/audit/events/${event!.id}/proof`)).toEqual({
      status: 409,
      body: { code: 'AUDIT.EVENT_NOT_SEALED' },
    });
    await foreign.end();
  });

  it('gives one sequence to an event, however many processes would seal', async () => {
    const others = await Promise.all([1, 2].map(() => startAuditService(database.url, { seals: true })));
    await Promise.all([publish(300), publish(300), publish(300)]);
    await untilSealed();

    const holders = await database.owner.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7240116 AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(holders.rowCount).toBe(1);
    expect(await check()).toMatchObject({ valid: true, checked: 900 });
    await Promise.all(others.map((other) => other.close()));
  });
});
