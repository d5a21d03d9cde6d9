import type { Database } from '../database';
import { RedisClient, RedisUnavailableError } from '../redis';
import { FallbackRateLimitStorage } from './fallback-rate-limit.storage';
import { MemoryRateLimitStorage } from './memory-rate-limit.storage';
import { PostgresRateLimitStorage } from './postgres-rate-limit.storage';
import { RedisRateLimitStorage } from './redis-rate-limit.storage';

const WINDOW_MS = 60_000;

class FakeRedis extends RedisClient {
  override condition(): never {
    throw new Error('not used');
  }

  calls = 0;
  isUp = true;
  private readonly counts = new Map<string, number>();

  override evaluate(
    _: unknown,
    [key = '']: readonly string[],
    [, atLeast]: readonly unknown[],
  ): Promise<unknown> {
    this.calls++;
    if (!this.isUp) return Promise.reject(new RedisUnavailableError('it is down'));
    const hits = Math.max(this.counts.get(key) ?? 0, Number(atLeast)) + 1;
    this.counts.set(key, hits);
    return Promise.resolve([hits, WINDOW_MS]);
  }

  override publish(): Promise<void> {
    return Promise.resolve();
  }

  override subscribe(): () => void {
    return () => undefined;
  }

  empty(): void {
    this.counts.clear();
  }
}

const unreachableDatabase = {
  query: () => Promise.reject(new Error('Connection terminated unexpectedly')),
} as unknown as Database;

describe('FallbackRateLimitStorage', () => {
  let redis: FakeRedis;
  let storage: FallbackRateLimitStorage;

  beforeEach(() => {
    redis = new FakeRedis();
    storage = new FallbackRateLimitStorage(
      new RedisRateLimitStorage(redis),
      new PostgresRateLimitStorage(unreachableDatabase),
      new MemoryRateLimitStorage(),
    );
  });

  const admittedOf = async (calls: number, limit: number, name = 'refresh.address'): Promise<number> => {
    const records = await Promise.all(
      Array.from({ length: calls }, () => storage.increment('key', WINDOW_MS, limit, WINDOW_MS, name)),
    );
    return records.filter(({ isBlocked }) => !isBlocked).length;
  };

  it('refuses a key past its limit without asking anyone until its window ends', async () => {
    await admittedOf(11, 10);
    const { calls } = redis;

    const record = await storage.increment('key', WINDOW_MS, 10, WINDOW_MS, 'refresh.address');

    expect(record).toMatchObject({ isBlocked: true, timeToExpire: 60, timeToBlockExpire: 60 });
    expect(redis.calls).toBe(calls);
  });

  it('goes on from what it knew when Redis has forgotten', async () => {
    await admittedOf(6, 10);
    redis.empty();

    expect(await admittedOf(10, 10)).toBe(4);
  });

  it.each([
    [1_200, 300],
    [7, 1],
    [4, 1],
    [3, 1],
    [1, 1],
  ])('lets through a quarter of %d in memory, but at least one: %d', async (limit, quarter) => {
    redis.isUp = false;

    expect(await admittedOf(limit + 1, limit)).toBe(quarter);
  });

  it('adds what it counts in memory to what Redis had counted', async () => {
    await admittedOf(20, 40);
    redis.isUp = false;

    expect(await admittedOf(20, 40)).toBe(5);
  });

  it('refuses a login as unavailable, and never lets it pass, when nobody can count it', async () => {
    redis.isUp = false;

    await expect(storage.increment('key', WINDOW_MS, 60, WINDOW_MS, 'login.name')).rejects.toMatchObject({
      code: 'SERVICE.UNAVAILABLE',
    });
  });

  it('does not take a failure that is not an outage for one', async () => {
    redis.evaluate = () => Promise.reject(new TypeError('a bug'));

    await expect(admittedOf(1, 10)).rejects.toThrow('a bug');
  });
});
