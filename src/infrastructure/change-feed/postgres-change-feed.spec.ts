import { DatabaseClock } from '../clock';
import type { Database, Statement } from '../database';
import type { ChangeSubscriber } from './change-feed';
import type { FeedHints } from './feed-hints';
import { PostgresChangeFeed } from './postgres-change-feed';

const HOUR_MS = 3_600_000;

/** A PostgreSQL whose clock is an hour ahead of this machine's, and which answers nothing while it fails. */
class FakeDatabase {
  failure: Error | undefined;
  readonly asked: string[] = [];

  query({ name }: Statement): Promise<object[]> {
    this.asked.push(name);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve([{ horizon: '1', id: null, databaseMs: Date.now() + HOUR_MS }]);
  }
}

class CountingSubscriber implements ChangeSubscriber {
  readonly kinds = ['session.ended'] as const;
  rebuilds = 0;

  rebuild(): Promise<void> {
    this.rebuilds++;
    return Promise.resolve();
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }
}

class SilentHints {
  send = (): Promise<void> => Promise.resolve();
  start = (): void => undefined;
  stop = (): Promise<void> => Promise.resolve();
}

describe('the first read of the change feed', () => {
  let database: FakeDatabase;
  let clock: DatabaseClock;
  let feed: PostgresChangeFeed;
  let subscriber: CountingSubscriber;

  beforeEach(() => {
    database = new FakeDatabase();
    clock = new DatabaseClock();
    const hints = new SilentHints() as unknown as FeedHints;
    feed = new PostgresChangeFeed(database as unknown as Database, hints, clock);
    subscriber = new CountingSubscriber();
    feed.subscribe(subscriber);
  });

  afterEach(() => feed.beforeApplicationShutdown());

  it('brings the time of PostgreSQL before anything is loaded by it', async () => {
    let offsetMs: number | undefined;
    subscriber.rebuild = () => {
      offsetMs = clock.offsetMs;
      return Promise.resolve();
    };
    await feed.onApplicationBootstrap();
    expect(offsetMs).toBeCloseTo(-HOUR_MS, -3);
    expect(feed.isFresh()).toBe(true);
  });

  it.each([
    ['fails', () => (database.failure = new Error('no such table')), 'no such table'],
    ['is answered without a row', () => (database.query = () => Promise.resolve([])), 'gave no snapshot'],
  ])(
    'stops the start when it %s: no time is made up, nothing loaded, nothing trusted',
    async (_, fail, why) => {
      fail();
      await expect(feed.onApplicationBootstrap()).rejects.toThrow(why);
      expect(clock.offsetMs).toBeCloseTo(0, -1);
      expect(subscriber.rebuilds).toBe(0);
      expect(feed.isFresh()).toBe(false);
    },
  );

  it('may be tried again, and then brings the time', async () => {
    database.failure = new Error('not yet');
    await expect(feed.onApplicationBootstrap()).rejects.toThrow('not yet');
    database.failure = undefined;
    await feed.onApplicationBootstrap();
    expect(clock.offsetMs).toBeCloseTo(-HOUR_MS, -3);
    expect(feed.isFresh()).toBe(true);
  });

  it('is enough: reads that fail later leave the time where it was', async () => {
    jest.useFakeTimers({ doNotFake: ['performance', 'Date'] });
    try {
      await feed.onApplicationBootstrap();
      database.failure = new Error('gone');
      const asked = database.asked.length;
      await jest.advanceTimersByTimeAsync(1_500);
      expect(database.asked.length).toBeGreaterThan(asked);
      expect(clock.offsetMs).toBeCloseTo(-HOUR_MS, -3);
    } finally {
      jest.useRealTimers();
    }
  });
});
