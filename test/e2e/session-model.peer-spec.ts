import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../support/redis';
import { checkSessionModel } from '../support/session-model';
import { startTwoServices, type TwoServices } from '../support/two-services';

describe('whatever happens to families of refresh tokens on two processes that share a Redis', () => {
  let redis: TestRedis;
  let services: TwoServices;
  let env: Record<string, string>;

  beforeAll(async () => {
    redis = await startRedis();
    env = { REDIS_URL: redis.url, RATE_LIMIT_REFRESH_PER_ADDRESS: '100000' };
    services = await startTwoServices(env);
  });

  afterAll(async () => {
    await services.stop();
    await redis.stop();
  });

  it('there is at most one live leaf and nothing dead revives, before and after Redis was flushed', async () => {
    const client = new Redis(redis.url);
    await expect(
      checkSessionModel(services, env, async () => void (await client.flushall())),
    ).resolves.toBeUndefined();
    client.disconnect();
  });
});
