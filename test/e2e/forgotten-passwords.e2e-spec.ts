import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { MailTrap } from '../support/mail-trap';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import { PASSWORD } from '../support/two-services';

const ADA = { username: 'ada', email: 'ada@example.com', displayName: 'Ada', password: PASSWORD };
const RESET = 'Choose a new password';
const WAITING = `SELECT count(*)::int AS count FROM deferred_work`;
const BLOCKED = `SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describe('a request for a forgotten password', () => {
  let database: TestDatabase;
  let trap: MailTrap;
  let client: Client;
  let first: ServiceProcess;
  let second: ServiceProcess;

  const start = () => startService(database.url, { ...trap.env, RATE_LIMIT_FORGOT: '100' });

  beforeAll(async () => {
    database = await createTestDatabase();
    trap = await MailTrap.start();
    client = new Client({ connectionString: database.url });
    await client.connect();
    [first, second] = await Promise.all([start(), start()]);
    const { accessToken: token } = await first.api.signIn(ADMIN.username, ADMIN.password);
    await first.api.post('/v1/users', ADA, { token });
  });

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await client.end();
    await trap.stop();
    await database.drop();
  });

  const forget = (service: ServiceProcess, email: string) =>
    service.api.post('/v1/auth/password/forgot', { email });
  const until = async (question: string, count: number): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while ((await client.query<{ count: number }>(question)).rows[0]?.count !== count) {
      if (Date.now() > deadline) throw new Error(`Not ${count} in time: ${question}`);
      await sleep(20);
    }
  };
  /** Whoever does the work gets no further than to the table until `meanwhile` is over. */
  const heldUpAt = async (table: string, meanwhile: () => Promise<void>): Promise<void> => {
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    try {
      await meanwhile();
    } finally {
      await client.query('COMMIT');
    }
  };

  it('F: leaves the same behind for an address that nobody has, sealed, and is answered before anybody looks', async () => {
    await heldUpAt('users', async () => {
      for (const email of [ADA.email, 'eve@example.com'])
        expect(await forget(first, email)).toMatchObject({ status: 202, body: null });
      const { rows } = await client.query<{ kind: string; size: number; content: string }>(
        `SELECT kind, length(content_ciphertext) AS size, encode(content_ciphertext, 'escape') AS content
         FROM deferred_work`,
      );
      const [{ kind, size } = { kind: '', size: 0 }] = rows;
      expect(rows.map((row) => [row.kind, row.size])).toEqual([
        [kind, size],
        [kind, size],
      ]);
      expect(rows.filter(({ content }) => content.includes('example.com'))).toEqual([]);
    });
    await until(WAITING, 0);
    expect((await trap.next(ADA.email, RESET)).token).not.toBe('');
    expect(trap.to('eve@example.com')).toEqual([]);
  });

  it('F: is done by another process, once, where the one that answered is killed in the midst of it', async () => {
    const before = trap.to(ADA.email, RESET).length;
    await heldUpAt('account_tokens', async () => {
      expect((await forget(first, ADA.email)).status).toBe(202);
      await until(BLOCKED, 1);
      await first.kill();
    });
    await trap.next(ADA.email, RESET, before + 1);
    await until(WAITING, 0);
    expect(trap.to(ADA.email, RESET)).toHaveLength(before + 1);
    first = await start();
  });

  it('F: waits for the next process where all are killed', async () => {
    const before = trap.to(ADA.email, RESET).length;
    await heldUpAt('users', async () => {
      expect((await forget(first, ADA.email)).status).toBe(202);
      await Promise.all([first.kill(), second.kill()]);
    });
    await until(WAITING, 1);
    [first, second] = await Promise.all([start(), start()]);
    await trap.next(ADA.email, RESET, before + 1);
  });

  it('is refused with 503 where too many wait, for known and unknown addresses alike', async () => {
    await client.query(
      `INSERT INTO deferred_work (id, kind, content_ciphertext, due_at)
       SELECT gen_random_uuid(), 'password-forgotten', '', now() + interval '1 hour' FROM generate_series(1, 1000)`,
    );
    for (const email of [ADA.email, 'eve@example.com']) {
      const { status, body, headers } = await forget(second, email);
      expect([status, body.code]).toEqual([503, 'SERVICE.OVERLOADED']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await client.query('DELETE FROM deferred_work');
    expect((await forget(second, ADA.email)).status).toBe(202);
  });
});
