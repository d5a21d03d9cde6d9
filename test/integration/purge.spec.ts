import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { AppModule } from '../../src/app.module';
import { databaseConfig } from '../../src/config/database.config';
import { redisConfig } from '../../src/config/redis.config';
import { secretsConfig } from '../../src/config/secrets.config';
import { sessionsConfig } from '../../src/config/sessions.config';
import { Purge } from '../../src/infrastructure/purge';
import { createTestDatabase, type TestDatabase } from '../support/database';

const USER = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
/** More than two batches. */
const DEAD = 2_500;
const PURGE_LOCK = 7_240_115;

describe('the purge of old rows', () => {
  let created: TestDatabase;
  let application: TestingModule;
  let client: Client;
  let purge: Purge;

  beforeAll(async () => {
    process.env.NODE_ENV = 'development';
    created = await createTestDatabase();
    client = new Client({ connectionString: created.url });
    await client.connect();
    await client.query(`INSERT INTO principals (id, type) VALUES ($1, 'user')`, [USER]);
    application = await Test.createTestingModule({
      imports: [AppModule],
    })
      .overrideProvider(databaseConfig.KEY)
      .useValue({ server: { kind: 'outside', url: created.url, migrationUrl: created.url }, poolSize: 4 })
      .overrideProvider(redisConfig.KEY)
      .useValue({ url: undefined })
      .overrideProvider(secretsConfig.KEY)
      .useValue({ rootSecrets: ['kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u'] })
      .overrideProvider(sessionsConfig.KEY)
      .useValue({ idleSeconds: 60, absoluteSeconds: 60, graceSeconds: 10, limit: 0, limitPolicy: 'deny' })
      .compile();
    await application.init();
    purge = application.get(Purge);
  });

  afterAll(async () => {
    await application.close();
    await client.end();
    await created.drop();
  });

  beforeEach(() => client.query('DELETE FROM sessions'));

  const insert = (count: number, expiredFor: string, endedFor: string | null): Promise<unknown> =>
    client.query(
      `INSERT INTO sessions (id, user_id, epoch, refresh_token_hash, methods, acr, idle_expires_at, expires_at,
         ended_at, refreshed_at, successor_ciphertext)
       SELECT gen_random_uuid(), $1, 0, '', '{pwd}', 'aal1', now() - $3::interval, now() - $3::interval,
         now() - $4::interval, now() - interval '1 hour', 'sealed' FROM generate_series(1, $2::int)`,
      [USER, count, expiredFor, endedFor],
    );
  const left = async (condition = 'true'): Promise<number> => {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM sessions WHERE ${condition}`,
    );
    return rows[0]?.n ?? NaN;
  };

  it('forgets sessions that ended or expired long ago, batch after batch, and no others', async () => {
    await insert(DEAD, '31 days', null);
    await insert(3, '1 day', '31 days');
    await insert(5, '1 day', '29 days');
    await insert(7, '-1 day', null);
    await purge.run();
    expect(await left()).toBe(12);
  });

  it('forgets the failures of 10,000 made-up names after a day, and those of a patient or a shut-out guesser not', async () => {
    const attempts = (count: number, failures: number, ago: string): Promise<unknown> =>
      client.query(
        `INSERT INTO sign_in_attempts (subject_key, source_class, failures, consecutive_failures, updated_at)
         SELECT uuid_send(gen_random_uuid()), 'unknown', 1, $2, now() - $3::interval FROM generate_series(1, $1::int)`,
        [count, failures, ago],
      );
    await attempts(10_000, 1, '25 hours');
    await attempts(2, 1, '23 hours');
    await attempts(3, 50, '89 days');
    await attempts(5, 99, '91 days');
    await attempts(7, 100, '1 year');
    await purge.run();
    const { rows } = await client.query(
      'SELECT consecutive_failures AS failures, count(*)::int FROM sign_in_attempts GROUP BY 1 ORDER BY 1',
    );
    expect(rows).toEqual([
      { failures: 1, count: 2 },
      { failures: 50, count: 3 },
      { failures: 100, count: 7 },
    ]);
  });

  it('forgets revoked tokens once no process, however late its clock, can believe in them any more', async () => {
    const revoke = (count: number, expiredFor: string): Promise<unknown> =>
      client.query(
        `INSERT INTO revoked_tokens (jti, expires_at)
         SELECT gen_random_uuid(), now() - $2::interval FROM generate_series(1, $1::int)`,
        [count, expiredFor],
      );
    await revoke(DEAD, '11 minutes');
    await revoke(3, '9 minutes');
    await revoke(5, '-15 minutes');
    await purge.run();
    const { rows } = await client.query(
      'SELECT expires_at > now() AS "isLive", count(*)::int FROM revoked_tokens GROUP BY 1 ORDER BY 1',
    );
    expect(rows).toEqual([
      { isLive: false, count: 3 },
      { isLive: true, count: 5 },
    ]);
  });

  it('erases successors that outlived their process', async () => {
    await insert(3, '-1 day', null);
    await purge.run();
    expect(await left('successor_ciphertext IS NOT NULL')).toBe(0);
  });

  it('leaves the work to the process whose turn it is', async () => {
    await insert(3, '31 days', null);
    await client.query('SELECT pg_advisory_lock($1)', [PURGE_LOCK]);
    await purge.run();
    expect(await left()).toBe(3);
    await client.query('SELECT pg_advisory_unlock($1)', [PURGE_LOCK]);
    await purge.run();
    expect(await left()).toBe(0);
  });
});
