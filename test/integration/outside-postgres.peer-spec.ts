import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';

describe('a PostgreSQL that is not ours', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  it('takes the migrations, whatever supported version it is', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ version: number; migrations: number }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version,
              (SELECT count(*)::int FROM migrations) AS migrations`,
    );
    await client.end();

    expect(rows[0]?.version).toBeGreaterThanOrEqual(15);
    expect(rows[0]?.migrations).toBeGreaterThan(0);
  });
});
