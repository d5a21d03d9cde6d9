import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonWebKey } from 'node:crypto';
import { Client } from 'pg';
import { runCli } from '../support/cli';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { secondVerifier } from '../support/second-verifier';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'a long and quiet sentence';
const TAKEN_OVER_WITHIN_MS = 5_000;
const ROUNDS = 3;

describe('an audit trail that proves itself', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: Client;
  let token: string;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    service = await startService(database.url);
    token = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
    folder = mkdtempSync(join(tmpdir(), 'portcullis-audit-'));
  });

  afterAll(async () => {
    await service.stop();
    await client.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const aUser = () => {
    const username = `user${++count}`;
    const email = `${username}@example.com`;
    return { username, email, displayName: `Person ${username}`, password: PASSWORD };
  };
  const unsealed = async (): Promise<number> => {
    const { rows } = await client.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM audit_events WHERE sequence IS NULL',
    );
    return rows[0]!.n;
  };
  const untilSealed = async (withinMs: number): Promise<void> => {
    const deadline = Date.now() + withinMs;
    while ((await unsealed()) > 0) {
      if (Date.now() > deadline) throw new Error(`The trail was not sealed within ${withinMs} ms`);
      await sleep(20);
    }
  };
  const exported = async (): Promise<string[]> => {
    const response = await fetch(`${service.api.baseUrl}/v1/audit/export`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    return (await response.text()).trimEnd().split('\n');
  };
  const keep = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('L: another process takes over the sealing within 5 s of the kill -9 of the one that did it', async () => {
    await untilSealed(5_000); // so it is this process that seals
    const other = await startService(database.url);
    await service.kill();
    const killedAt = Date.now();
    service = other;
    await service.api.post('/v1/users', aUser(), { token });

    await untilSealed(TAKEN_OVER_WITHIN_MS - (Date.now() - killedAt));
    expect((await service.api.post('/v1/audit/verify', {}, { token })).body).toMatchObject({ valid: true });
  });

  it('L: a kill -9 at any moment leaves no change without its event, and no event without its change', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const victim = await startService(database.url);
      const load = Array.from({ length: 40 }, () =>
        victim.api.post('/v1/users', aUser(), { token }).then(
          ({ status }) => status,
          () => 0,
        ),
      );
      await Promise.race(load); // by then the others are on their way
      await sleep(Math.random() * 150);
      await victim.kill();
      await Promise.all(load);
    }

    const { rows } = await client.query<{ lonely: number }>(
      `SELECT count(*)::int AS lonely FROM users FULL JOIN
         (SELECT target_id FROM audit_events WHERE action = 'user.created') events ON target_id = users.id::text
       WHERE users.id IS NULL OR target_id IS NULL`,
    );
    expect(rows).toEqual([{ lonely: 0 }]);
    expect((await service.api.post('/v1/audit/verify', {}, { token })).body).toMatchObject({ valid: true });
  });

  it('L: a person is copied out, erased, and unreadable from then on; what is left still verifies', async () => {
    const person = aUser();
    const { id } = (await service.api.post('/v1/users', person, { token })).body as { id: string };
    await service.api.signIn(person.username, PASSWORD);
    const copy = await service.api.get(`/v1/users/${id}/personal-data`, { token });
    expect(copy.body.sections).toMatchObject({
      account: { username: person.username, email: person.email },
      sessions: [{ ip: '127.0.0.1', endedAt: null }],
      assignments: [],
      groups: [],
    });
    expect(JSON.stringify(copy.body.sections.auditEvents)).toContain('user.created');
    await untilSealed(2_000);
    expect((await exported()).join('\n')).toContain(person.email);

    const { status } = await service.api.post(`/v1/users/${id}/erase`, { reason: 'case 4711' }, { token });

    expect(status).toBe(204);
    await untilSealed(2_000);
    const after = await exported();
    expect(after.join('\n')).not.toMatch(new RegExp(`${person.email}|${person.displayName}`));
    const { keys } = (await service.api.get('/v1/audit/public-key')).body as { keys: JsonWebKey[] };
    expect(secondVerifier(after, keys)).toBeGreaterThan(0);
    expect((await service.api.post('/v1/audit/verify', {}, { token })).body).toMatchObject({ valid: true });
    expect((await service.api.get(`/v1/users/${id}`, { token })).status).toBe(404);
    const { rows } = await client.query('SELECT 1 FROM sessions WHERE user_id = $1 AND ip IS NOT NULL', [id]);
    expect(rows).toEqual([]);
    expect((await service.api.post(`/v1/users/${id}/erase`, { reason: 'again' }, { token })).status).toBe(
      204,
    );
    const events = await service.api.get(`/v1/audit/events?action=user.erased&target=${id}`, { token });
    expect((events.body.items as { reason: string }[]).map(({ reason }) => reason)).toEqual([
      'again',
      'case 4711',
    ]);
    const nobody = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
    expect((await service.api.post(`/v1/users/${nobody}/erase`, { reason: 'x' }, { token })).status).toBe(
      404,
    );
  });

  it('L: nobody is erased who is under a legal hold', async () => {
    const { id } = (await service.api.post('/v1/users', aUser(), { token })).body as { id: string };
    const erase = async (): Promise<number> =>
      (await service.api.post(`/v1/users/${id}/erase`, { reason: 'x' }, { token })).status;
    const { stdout } = await runCli(database.url, [
      'audit',
      'hold',
      '--reason',
      'a lawsuit',
      '--subject',
      id,
    ]);

    expect(await erase()).toBe(409);
    expect((await service.api.get(`/v1/users/${id}`, { token })).status).toBe(200);
    const hold = (JSON.parse(stdout) as { id: string }).id;
    expect(await runCli(database.url, ['audit', 'release', hold])).toMatchObject({ exitCode: 0 });
    expect(await erase()).toBe(204);
    const retain = ['audit', 'retain', '--days', '30', '--category'];
    expect(await runCli(database.url, [...retain, 'reading=7'])).toMatchObject({ exitCode: 0, stdout: '' });
    for (const period of ['reading=30', 'reading=0', 'reading', 'listening=7']) {
      expect(await runCli(database.url, [...retain, period])).toMatchObject({ exitCode: 1, stdout: '' });
    }
  });

  it('L: the last administrator cannot be erased', async () => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM users WHERE username = $1', [
      ADMIN.username,
    ]);

    const path = `/v1/users/${rows[0]!.id}/erase`;
    const { status } = await service.api.post(path, { reason: 'x' }, { token });

    expect(status).toBe(409);
  });

  it('L: the command line verifies the database, and an export with nothing but the public key', async () => {
    await untilSealed(2_000);
    const { items } = (await service.api.get('/v1/audit/checkpoints?limit=1', { token })).body as {
      items: { number: number }[];
    };
    const lines = await exported();
    const keys = keep('keys.json', (await runCli(database.url, ['audit', 'public-key'])).stdout);
    const kept = keep('checkpoint.json', JSON.stringify(items[0]));
    const copy = keep('export.ndjson', `${lines.join('\n')}\n`);
    const offline = (file: string): ReturnType<typeof runCli> =>
      runCli('postgres://nobody@127.0.0.1:1/nothing', [
        ...['audit', 'verify', '--export', file, '--public-key', keys, '--checkpoint', kept],
      ]);

    expect(await runCli(database.url, ['audit', 'verify', '--checkpoint', kept])).toMatchObject({
      exitCode: 0,
    });
    expect(await offline(copy)).toMatchObject({ exitCode: 0 });
    const altered = keep('altered.ndjson', lines.join('\n').replace('"user.created"', '"user.deleted"'));
    const outcome = await offline(altered);
    expect(outcome).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('event_altered') });
    const isKept = (line: string): boolean =>
      (JSON.parse(line) as { checkpoint?: { number: number } }).checkpoint?.number === items[0]!.number;
    const cut = keep('cut.ndjson', [...lines.slice(0, lines.findIndex(isKept)), lines.at(-1)].join('\n'));
    expect((await offline(cut)).stderr).toContain('truncated');
    expect((await offline(keep('half.ndjson', lines.slice(0, -1).join('\n')))).stderr).toContain(
      'ends before its end',
    );
  });

  it('L: verifies once at a time, and tells whoever asks meanwhile when to come again', async () => {
    const verify = () => service.api.post('/v1/audit/verify', {}, { token });
    await client.query('BEGIN; LOCK TABLE audit_batches IN ACCESS EXCLUSIVE MODE');
    const answers = [verify(), verify(), verify()];
    const first = await Promise.race(answers);
    await client.query('ROLLBACK');

    expect([first.status, first.body.code]).toEqual([503, 'SERVICE.OVERLOADED']);
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 503, 503]);
    expect((await verify()).body).toMatchObject({ valid: true });
  });

  it('L: the command line takes out a category, then its month; copies verify before and after', async () => {
    await client.query(
      `CREATE TABLE audit_events_2020_01 PARTITION OF audit_events
       FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00')`,
    );
    await client.query(
      `INSERT INTO audit_events (id, at, action, outcome, actor_type, target_type)
       SELECT gen_random_uuid(), '2020-01-05', action, 'success', 'user', 'test'
       FROM unnest('{session.started,user.created,session.started}'::text[]) AS action`,
    );
    await untilSealed(2_000);
    const keys = keep('retained-keys.json', (await runCli(database.url, ['audit', 'public-key'])).stdout);
    const retain = async (...args: string[]): Promise<unknown> => {
      const { stdout, exitCode } = await runCli(database.url, ['audit', 'retain', ...args]);
      expect(exitCode).toBe(0);
      await untilSealed(2_000);
      const copy = keep('retained.ndjson', `${(await exported()).join('\n')}\n`);
      const offline = ['audit', 'verify', '--export', copy, '--public-key', keys];
      expect(await runCli('postgres://nobody@127.0.0.1:1/nothing', offline)).toMatchObject({ exitCode: 0 });
      const { body } = await service.api.post('/v1/audit/verify', {}, { token });
      return { printed: JSON.parse(stdout) as object, valid: body.valid, retired: body.retired };
    };

    const early = ['--days', '20000', '--category', 'authentication=30'];
    const [category, month] = [
      { category: 'authentication', events: 2 },
      { month: '2020-01-01', events: 1 },
    ];
    expect(await retain(...early, '--dry-run')).toEqual({ printed: category, valid: true, retired: 0 });
    expect(await retain(...early)).toEqual({ printed: category, valid: true, retired: 2 });
    expect(await retain('--days', '400')).toEqual({ printed: month, valid: true, retired: 3 });
  });

  it('answers the lines that the OpenAPI document describes', async () => {
    const { status, body } = await service.api.get('/v1/audit/export', { token });

    expect(status).toBe(200);
    const kinds = new Set((body as { kind: string }[]).map(({ kind }) => kind));
    expect([...kinds]).toEqual(['header', 'checkpoint', 'event', 'end']);
    const document = (await service.api.get('/docs-json')).body as {
      paths: Record<string, { get: { responses: Record<number, { content: Record<string, object> }> } }>;
    };
    expect(document.paths['/v1/audit/export']!.get.responses[200]!.content).toEqual({
      'application/x-ndjson': {
        schema: { $ref: '#/components/schemas/AuditExportLine' },
        example: expect.objectContaining({ kind: 'event' }),
      },
    });
  });

  it('gives the connection free when whoever exports goes away', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${service.api.baseUrl}/v1/audit/export`, {
      headers: { authorization: `Bearer ${token}` },
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();

    // Who seals has a transaction now and then, and not for long.
    const deadline = Date.now() + 5_000;
    const held = async (): Promise<number | null> =>
      (
        await client.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`,
        )
      ).rowCount;
    while ((await held()) !== 0) {
      if (Date.now() > deadline) throw new Error('A connection is still held');
      await sleep(20);
    }
    expect((await service.api.get('/v1/auth/me', { token })).status).toBe(200);
  });
});
