import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { MailTrap } from '../support/mail-trap';
import { SECRET_RUN_ENV, toldIn, useEverySecret, type SecretRun } from '../support/secret-run';
import { startService, type ServiceProcess } from '../support/service';

describe('a run by way of every secret there is, at the most talkative level', () => {
  let database: TestDatabase;
  let trap: MailTrap;
  let service: ServiceProcess;
  let run: SecretRun;

  beforeAll(async () => {
    database = await createTestDatabase();
    trap = await MailTrap.start();
    service = await startService(database.url, { ...trap.env, ...SECRET_RUN_ENV });
    run = await useEverySecret(service, trap);
  });

  afterAll(async () => {
    await service.stop();
    await trap.stop();
    await database.drop();
  });

  it('L: tells none of them in the log', () => {
    expect(service.output()).toContain('"level":"');
    expect(toldIn(service.output(), run.secrets)).toEqual([]);
  });

  it('K: tells none of them in the answer to what is refused', () => {
    expect(run.refusals.length).toBeGreaterThan(10);
    expect(toldIn(run.refusals.join('\n'), run.secrets)).toEqual([]);
  });

  it('L: keeps none of them in the database, in any table, the trail included', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const told: string[] = [];
    let rowsSeen = 0;
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`);
      rowsSeen += rows.length;
      told.push(
        ...toldIn(rows.map(({ row }) => row).join('\n'), run.secrets).map((secret) => `${name}: ${secret}`),
      );
    }
    await client.end();
    expect(tables.length).toBeGreaterThan(20);
    expect(rowsSeen).toBeGreaterThan(100);
    expect(told).toEqual([]);
  });

  it('would notice one', () => {
    const [secret = ''] = run.secrets;
    const bytes = Buffer.from(`before ${secret}`);
    for (const text of [`{"x":"${secret}"}`, bytes.toString('hex')])
      expect(toldIn(text, run.secrets)).toEqual([secret]);
  });
});
