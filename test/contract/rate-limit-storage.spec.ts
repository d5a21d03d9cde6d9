import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { randomToken } from '../../src/infrastructure/crypto';
import { MemoryRateLimitStorage } from '../../src/infrastructure/rate-limit/memory-rate-limit.storage';
import { PostgresRateLimitStorage } from '../../src/infrastructure/rate-limit/postgres-rate-limit.storage';
import { openTestDatabase } from '../support/open-database';
import { describeRateLimitStorage } from './rate-limit-storage.contract';

const memory = new MemoryRateLimitStorage();
describeRateLimitStorage('memory', () => memory);

describe('with PostgreSQL', () => {
  let postgres: PostgresRateLimitStorage;
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;

  beforeAll(async () => {
    opened = await openTestDatabase();
    postgres = new PostgresRateLimitStorage(opened.database);
  });

  afterAll(() => opened.close());

  describeRateLimitStorage('PostgreSQL', () => postgres);

  const ask = async <T>(statement: string): Promise<T[]> => {
    const client = new Client({ connectionString: opened.url });
    await client.connect();
    try {
      return (await client.query(statement)).rows as T[];
    } finally {
      await client.end();
    }
  };

  it('removes the rows of ended windows, however many, and no others', async () => {
    await ask('DELETE FROM rate_limits');
    await ask(`INSERT INTO rate_limits SELECT sha256(i::text::bytea), 1, now() - interval '1 second'
               FROM generate_series(1, 2500) i`);
    await postgres.hit(randomToken(), 60_000);

    await postgres.sweep();

    expect(await ask(`SELECT count(*)::int FROM rate_limits`)).toEqual([{ count: 1 }]);
  });

  it('leaves a window that was opened again before its row was removed', async () => {
    const key = randomToken();
    await postgres.hit(key, 1);
    await sleep(10);
    await postgres.hit(key, 60_000);

    await postgres.sweep();

    expect((await postgres.hit(key, 60_000)).hits).toBe(2);
  });

  it('refuses as unavailable what it cannot count', async () => {
    await ask('ALTER TABLE rate_limits RENAME TO rate_limits_away');

    await expect(postgres.hit(randomToken(), 60_000)).rejects.toMatchObject({ code: 'SERVICE.UNAVAILABLE' });

    await ask('ALTER TABLE rate_limits_away RENAME TO rate_limits');
  });
});
