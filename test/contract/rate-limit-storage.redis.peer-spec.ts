import { Redis } from 'ioredis';
import { randomToken } from '../../src/infrastructure/crypto';
import { RedisRateLimitStorage } from '../../src/infrastructure/rate-limit/redis-rate-limit.storage';
import type { IoredisClient } from '../../src/infrastructure/redis/ioredis-client';
import { connectRedisClient, startRedis, type TestRedis } from '../support/redis';
import { describeRateLimitStorage } from './rate-limit-storage.contract';

describe('with Redis', () => {
  let redis: TestRedis;
  let client: IoredisClient;
  let admin: Redis;
  let storage: RedisRateLimitStorage;

  beforeAll(async () => {
    redis = await startRedis();
    client = await connectRedisClient(redis.url);
    admin = new Redis(redis.url);
    storage = new RedisRateLimitStorage(client);
  });

  afterAll(async () => {
    client.onApplicationShutdown();
    admin.disconnect();
    await redis.stop();
  });

  describeRateLimitStorage('Redis', () => storage);

  it('leaves nothing that does not expire by itself, even a key that lost its expiry', async () => {
    const key = randomToken();
    await storage.hit(key, 60_000);
    await admin.persist(`portcullis:rate:${key}`);

    await storage.hit(key, 60_000);

    const keys = await admin.keys('*');
    const lives = await Promise.all(keys.map((each) => admin.pttl(each)));
    expect(keys).toContain(`portcullis:rate:${key}`);
    expect(Math.min(...lives)).toBeGreaterThan(0);
  });

  it('brings its script again to a Redis that forgot it', async () => {
    const key = randomToken();
    await storage.hit(key, 60_000);
    await admin.script('FLUSH');

    expect((await storage.hit(key, 60_000)).hits).toBe(2);
  });
});
