import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../support/redis';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

const LIMIT = Number(process.env.FAILED_ATTEMPTS_LIMIT ?? 5);
const GUESSES = 10_000;
const ADDRESSES = 500;
const IN_FLIGHT = 64;

describe('10,000 wrong passwords from 500 addresses against one account', () => {
  let redis: TestRedis;
  let services: TwoServices;

  beforeAll(async () => {
    redis = await startRedis();
    services = await startTwoServices({
      FAILED_ATTEMPTS_LIMIT: String(LIMIT),
      TRUSTED_PROXIES: '127.0.0.1',
      REDIS_URL: redis.url,
    });
  });

  afterAll(async () => {
    await services.stop();
    await redis.stop();
  });

  const flushAll = async (): Promise<void> => {
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  };

  it('get N guesses, before and after Redis is emptied, and leave the owner in on a known device at the first try', async () => {
    const user = await services.aUser();
    const { body } = await services.first.api.login(user.username, PASSWORD);
    const guesses = Array.from({ length: GUESSES }, (_, index) => index).values();
    const owner: number[] = [];
    const guess = async (): Promise<void> => {
      for (const index of guesses) {
        if (index === GUESSES / 2) {
          await flushAll();
          const own = {
            username: user.username,
            password: PASSWORD,
            deviceToken: body.deviceToken as string,
          };
          owner.push((await services.second.api.post('/v1/auth/login', own)).status);
        }
        const { api } = index % 2 === 0 ? services.first : services.second;
        const from = index % ADDRESSES;
        const headers = { 'x-forwarded-for': `198.51.${100 + Math.floor(from / 250)}.${from % 250}` };
        const wrong = { username: user.username, password: `guess number ${index}` };
        const { status } = await api.post('/v1/auth/login', wrong, { headers });
        if (status !== 401 && status !== 429) throw new Error(`A guess was answered ${status}`);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, guess));

    expect(owner).toEqual([200]);
    const reasons = await services.trail('sign_in.failed', user.id);
    // The owner's success begins a new count, as it should; nothing else does.
    expect(reasons.filter((reason) => reason === 'wrong_password').length).toBeLessThanOrEqual(2 * LIMIT);
    expect(reasons.filter((reason) => reason === 'wrong_password').length).toBeGreaterThanOrEqual(LIMIT);
  });
});
