import { Redis } from 'ioredis';
import { FakeTime } from '../support/fake-time';
import { startRedis, type TestRedis } from '../support/redis';
import { checkSessionModel } from '../support/session-model';
import { startTwoServices, type TwoServices } from '../support/two-services';

describe('whatever happens to families of refresh tokens on two processes that share a Redis', () => {
  let redis: TestRedis;
  let services: TwoServices;
  let clock: FakeTime;
  let env: Record<string, string>;

  beforeAll(async () => {
    redis = await startRedis();
    clock = new FakeTime(0);
    env = { ...clock.env, REDIS_URL: redis.url, RATE_LIMIT_REFRESH_PER_ADDRESS: '100000' };
    services = await startTwoServices(env);
  });

  afterAll(async () => {
    await services.stop();
    await redis.stop();
    clock.remove();
  });

  it('there is at most one live leaf and nothing dead revives, whether Redis is flushed or clocks jump', async () => {
    const client = new Redis(redis.url);
    await expect(
      checkSessionModel(services, env, { clock, flushRedis: async () => void (await client.flushall()) }),
    ).resolves.toBeUndefined();
    client.disconnect();
  });
});
