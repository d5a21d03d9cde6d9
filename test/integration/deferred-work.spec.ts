import { setTimeout as sleep } from 'node:timers/promises';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { z } from 'zod';
import { AppModule } from '../../src/app.module';
import { databaseConfig } from '../../src/config/database.config';
import { redisConfig } from '../../src/config/redis.config';
import { secretsConfig } from '../../src/config/secrets.config';
import { Database } from '../../src/infrastructure/database';
import { DeferredWork, type DeferredKind } from '../../src/infrastructure/deferred-work';
import { Purge } from '../../src/infrastructure/purge';
import { createTestDatabase, type TestDatabase } from '../support/database';

const NOTE: DeferredKind<{ text: string }> = { name: 'note', content: z.object({ text: z.string() }) };
const FOREIGN: DeferredKind<string> = { name: 'of-a-newer-version', content: z.string() };
const SCARCE: DeferredKind<string> = { name: 'scarce', content: z.string(), mostWaiting: 2 };
const WRITE_NOTE = { name: 'test-note', text: 'INSERT INTO notes (text) VALUES ($1)' };

describe('deferred work', () => {
  let created: TestDatabase;
  let client: Client;
  let processes: TestingModule[];
  /** Texts that cannot be noted for now. */
  const refused = new Set<string>();

  const aProcess = async (): Promise<TestingModule> => {
    const application = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(databaseConfig.KEY)
      .useValue({ server: { kind: 'outside', url: created.url, migrationUrl: created.url }, poolSize: 4 })
      .overrideProvider(redisConfig.KEY)
      .useValue({ url: undefined })
      .overrideProvider(secretsConfig.KEY)
      .useValue({ rootSecrets: ['kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u'] })
      .compile();
    const database = application.get(Database);
    application.get(DeferredWork).register(NOTE, async ({ text }) => {
      await database.change(WRITE_NOTE, [text]);
      if (refused.has(text)) throw new Error('for now it fails');
    });
    return application.init();
  };

  beforeAll(async () => {
    process.env.NODE_ENV = 'development';
    created = await createTestDatabase();
    client = new Client({ connectionString: created.url });
    await client.connect();
    await client.query('CREATE TABLE notes (text text); GRANT ALL ON notes TO portcullis_runtime');
    processes = await Promise.all([aProcess(), aProcess()]);
  });

  afterAll(async () => {
    for (const application of processes) await application.close();
    await client.end();
    await created.drop();
  });

  const add = async <Content>(kind: DeferredKind<Content>, content: Content, on = 0): Promise<void> =>
    processes[on]!.get(DeferredWork).add(kind, content);
  const rows = async <Row extends object>(query: string): Promise<Row[]> =>
    (await client.query<Row>(query)).rows;
  const waiting = (kind: string) => rows(`SELECT FROM deferred_work WHERE kind = '${kind}'`);
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error('Not in time');
      await sleep(20);
    }
  };

  it('is done once, whichever of two processes takes it', async () => {
    const texts = Array.from({ length: 50 }, (_, index) => `note ${index}`);
    await Promise.all(texts.map((text, index) => add(NOTE, { text }, index % 2)));
    await until(async () => (await waiting(NOTE.name)).length === 0);
    const noted = await rows<{ text: string }>('SELECT text FROM notes');
    expect(noted.map(({ text }) => text).sort()).toEqual([...texts].sort());
  });

  it('that fails has no effect, is put off for longer each time, and holds up no other', async () => {
    refused.add('reluctant');
    await add(NOTE, { text: 'reluctant' });
    await add(NOTE, { text: 'after it' });
    const pause = 'SELECT extract(epoch FROM due_at - created_at)::float AS pause FROM deferred_work';
    const noted = (text: string) => rows(`SELECT FROM notes WHERE text = '${text}'`);
    await until(async () => (await noted('after it')).length === 1);
    await until(async () => ((await rows<{ pause: number }>(pause))[0]?.pause ?? 0) >= 2);
    expect(await noted('reluctant')).toEqual([]);
    refused.clear();
    await until(async () => (await noted('reluctant')).length === 1);
    expect(await waiting(NOTE.name)).toEqual([]);
  });

  it('of a kind that this version does not know waits for one that does, a day at most', async () => {
    await add(FOREIGN, 'old');
    await client.query(`UPDATE deferred_work SET created_at = now() - interval '25 hours'`);
    await add(FOREIGN, 'new');
    await add(NOTE, { text: 'known' });
    await until(async () => (await waiting(NOTE.name)).length === 0);
    expect(await waiting(FOREIGN.name)).toHaveLength(2);
    await processes[0]!.get(Purge).run();
    expect(await waiting(FOREIGN.name)).toHaveLength(1);
  });

  it('is refused where too much of its kind waits', async () => {
    await add(SCARCE, 'first');
    await add(SCARCE, 'second');
    await expect(add(SCARCE, 'third')).rejects.toMatchObject({ code: 'SERVICE.OVERLOADED' });
    await add(FOREIGN, 'another kind');
    expect(await waiting(SCARCE.name)).toHaveLength(2);
  });
});
