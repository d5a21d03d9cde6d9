import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';

const withClient = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

describe('createTestDatabase', () => {
  let databases: TestDatabase[] = [];

  afterEach(async () => {
    await Promise.all(databases.map((database) => database.drop()));
    databases = [];
  });

  it('gives each caller a migrated database of its own, also when several ask at once', async () => {
    databases = await Promise.all(Array.from({ length: 4 }, createTestDatabase));
    const [first, second] = databases as [TestDatabase, TestDatabase];
    const countPrincipals = 'SELECT count(*)::int AS count FROM principals';
    await withClient(first.url, (client) =>
      client.query(`INSERT INTO principals (id, type) VALUES (gen_random_uuid(), 'user')`),
    );

    const mine = await withClient(first.url, (client) => client.query<{ count: number }>(countPrincipals));
    const theirs = await withClient(second.url, (client) => client.query<{ count: number }>(countPrincipals));

    expect(mine.rows[0]?.count).toBe((theirs.rows[0]?.count ?? NaN) + 1);
    expect(new Set(databases.map(({ url }) => url)).size).toBe(databases.length);
  });
});
