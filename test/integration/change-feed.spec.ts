import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { ChangeSubscriber } from '../../src/infrastructure/change-feed';
import { FeedHints } from '../../src/infrastructure/change-feed/feed-hints';
import { DatabaseClock } from '../../src/infrastructure/clock';
import { PostgresChangeFeed } from '../../src/infrastructure/change-feed/postgres-change-feed';
import { PostgresHints } from '../../src/infrastructure/change-feed/postgres-hints';
import { RedisHints } from '../../src/infrastructure/change-feed/redis-hints';
import { AbsentRedisClient } from '../../src/infrastructure/redis/absent-redis-client';
import { openTestDatabase } from '../support/open-database';

const SEEN_WITHIN_MS = 1_000;

class RecordingSubscriber implements ChangeSubscriber {
  readonly kinds = ['session.ended'] as const;
  readonly seen: string[] = [];
  rebuilds = 0;

  rebuild(): Promise<void> {
    this.rebuilds++;
    return Promise.resolve();
  }

  refresh(_kind: string, keys: readonly string[]): Promise<void> {
    this.seen.push(...keys);
    return Promise.resolve();
  }
}

describe('the change feed', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  let feed: PostgresChangeFeed;
  let subscriber: RecordingSubscriber;
  let clients: Client[];

  beforeEach(async () => {
    opened = await openTestDatabase();
    clients = [];
    subscriber = new RecordingSubscriber();
    const { database, url } = opened;
    const server = { url, migrationUrl: url, stop: () => Promise.resolve() };
    const redisHints = new RedisHints(database, new AbsentRedisClient());
    const hints = new FeedHints(new PostgresHints(database, server), redisHints);
    feed = new PostgresChangeFeed(database, hints, new DatabaseClock());
    feed.subscribe(subscriber);
    await feed.onApplicationBootstrap();
  });

  afterEach(async () => {
    await feed.beforeApplicationShutdown();
    await Promise.all(clients.map((client) => client.end()));
    await opened.close();
  });

  /** Somebody else on the same database: another process of ours, or a stranger. */
  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: opened.url });
    await client.connect();
    clients.push(client);
    return client;
  }

  const append = (client: Client, key: string): Promise<unknown> =>
    client.query(`INSERT INTO change_feed (kind, keys) VALUES ('session.ended', $1)`, [
      JSON.stringify([key]),
    ]);

  async function untilSeen(key: string): Promise<void> {
    const startedAt = performance.now();
    while (!subscriber.seen.includes(key)) {
      if (performance.now() - startedAt > SEEN_WITHIN_MS) throw new Error(`${key} was not seen in time`);
      await sleep(5);
    }
  }

  it('skips no row of a transaction that commits after one with a higher id', async () => {
    const [early, late] = [await connect(), await connect()];
    await early.query('BEGIN');
    await append(early, 'lower id');
    await append(late, 'higher id');
    await untilSeen('higher id');
    expect(subscriber.seen).not.toContain('lower id');
    await sleep(600); // a poll passes in between
    await early.query('COMMIT');
    await untilSeen('lower id');
  });

  it('skips no row whose id is higher and whose transaction is older', async () => {
    const [older, younger] = [await connect(), await connect()];
    await older.query('BEGIN');
    await older.query('SELECT pg_current_xact_id()');
    await append(younger, 'younger transaction');
    await untilSeen('younger transaction');
    await append(older, 'older transaction');
    await older.query('COMMIT');
    await untilSeen('older transaction');
    await sleep(1_200);
    expect(subscriber.seen).toEqual(['younger transaction', 'older transaction']);
  });

  it('delays no change beyond a second while a foreign write transaction stays open for 10 s', async () => {
    const [foreign, writer] = [await connect(), await connect()];
    await foreign.query('BEGIN');
    await foreign.query('SELECT pg_current_xact_id()');
    const expected: string[] = [];
    for (const startedAt = performance.now(); performance.now() - startedAt < 10_000;) {
      const key = `change ${expected.length}`;
      expected.push(key);
      await append(writer, key);
      await untilSeen(key);
      await sleep(400);
    }
    await foreign.query('COMMIT');
    await sleep(1_200);
    // Each once, though they were read again and again while the cursor had to stay.
    expect(subscriber.seen).toEqual(expected);
  });

  it('catches up by itself when its listening connection is lost, and listens again', async () => {
    const other = await connect();
    const listeners = async (): Promise<number[]> =>
      (
        await other.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE application_name = 'portcullis-feed' AND datname = current_database()`,
        )
      ).rows.map(({ pid }) => pid);
    const [lost] = await listeners();
    await other.query('SELECT pg_terminate_backend($1)', [lost]);
    await append(other, 'while nobody listened');
    await untilSeen('while nobody listened');

    const deadline = performance.now() + 5_000;
    let again = await listeners();
    while (again.length === 0 || again[0] === lost) {
      if (performance.now() > deadline) throw new Error('Nobody listens again');
      await sleep(20);
      again = await listeners();
    }
    expect(again).toHaveLength(1);
    expect(feed.isFresh()).toBe(true);
  });

  it('rebuilds from the tables when it was blind for so long that rows may have been trimmed', async () => {
    const other = await connect();
    const before = subscriber.rebuilds;
    await other.query('BEGIN');
    await append(other, 'trimmed before anybody read it');
    await other.query('DELETE FROM change_feed');
    await other.query('COMMIT');
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
    try {
      expect(feed.isFresh()).toBe(false);
      const deadline = now() + 2_000;
      while (subscriber.rebuilds === before && now() < deadline) await sleep(10);
      expect(subscriber.rebuilds).toBe(before + 1);
      expect(feed.isFresh()).toBe(true);
    } finally {
      clock.mockRestore();
    }
  });
});
