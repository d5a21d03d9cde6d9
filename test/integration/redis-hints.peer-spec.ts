import { setTimeout as sleep } from 'node:timers/promises';
import { RedisHints } from '../../src/infrastructure/change-feed/redis-hints';
import type { IoredisClient } from '../../src/infrastructure/redis/ioredis-client';
import { openTestDatabase } from '../support/open-database';
import { connectRedisClient, startRedis, type TestRedis } from '../support/redis';

jest.setTimeout(30_000);

describe('hints of the change feed by Redis', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  let redis: TestRedis;
  let client: IoredisClient;
  let sender: RedisHints;
  let listener: RedisHints;
  let hints: number;

  beforeAll(async () => {
    opened = await openTestDatabase();
  });

  afterAll(() => opened.close());

  beforeEach(async () => {
    redis = await startRedis();
    client = await connectRedisClient(redis.url);
    sender = new RedisHints(opened.database, client);
    listener = new RedisHints(opened.database, client);
    hints = 0;
    listener.start(() => hints++);
    await untilHints(1);
  });

  afterEach(async () => {
    listener.stop();
    client.onApplicationShutdown();
    await redis.stop();
  });

  const untilHints = async (count: number): Promise<void> => {
    for (const giveUpAt = performance.now() + 10_000; hints < count && performance.now() < giveUpAt;) {
      await sleep(5);
    }
  };

  it('arrive once the transaction has committed, and not before', async () => {
    const duringTransaction = await opened.database.transaction(async () => {
      await sender.send();
      await sleep(100);
      return hints;
    });
    await untilHints(2);

    expect(duringTransaction).toBe(1);
    expect(hints).toBe(2);
  });

  it('do not arrive when the transaction is rolled back', async () => {
    const undone = opened.database.transaction(async () => {
      await sender.send();
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await sleep(100);

    expect(hints).toBe(1);
  });

  it('wake the listener when the connection is back, since some may have been missed', async () => {
    const { port } = redis;
    await redis.stop();
    redis = await startRedis(port);

    await untilHints(2);

    expect(hints).toBe(2);
  });

  it('keep nobody waiting, and fail nobody, when Redis hangs', async () => {
    process.kill(redis.pid, 'SIGSTOP');
    const startedAt = performance.now();

    await opened.database.transaction(() => sender.send());

    expect(performance.now() - startedAt).toBeLessThan(150);
  });
});
