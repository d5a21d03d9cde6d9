import { Redis } from 'ioredis';
import { randomToken } from '../../src/infrastructure/crypto';
import { FallbackRateLimitStorage } from '../../src/infrastructure/rate-limit/fallback-rate-limit.storage';
import { MemoryRateLimitStorage } from '../../src/infrastructure/rate-limit/memory-rate-limit.storage';
import { PostgresRateLimitStorage } from '../../src/infrastructure/rate-limit/postgres-rate-limit.storage';
import { RedisRateLimitStorage } from '../../src/infrastructure/rate-limit/redis-rate-limit.storage';
import type { IoredisClient } from '../../src/infrastructure/redis/ioredis-client';
import { openTestDatabase } from '../support/open-database';
import { connectRedisClient, startRedis, untilAvailable, type TestRedis } from '../support/redis';

const WINDOW_MS = 60_000;
const LIMIT = 40;

type Opened = Awaited<ReturnType<typeof openTestDatabase>>;

/** One of several processes that share a Redis and a PostgreSQL. */
interface ServiceProcess {
  readonly client: IoredisClient;
  readonly limits: FallbackRateLimitStorage;
}

jest.setTimeout(30_000);

describe('rate limits when Redis fails', () => {
  let opened: Opened;
  let redis: TestRedis;
  let admin: Redis;
  let processes: [ServiceProcess, ServiceProcess];

  beforeAll(async () => {
    opened = await openTestDatabase();
  });

  afterAll(() => opened.close());

  const startProcess = async (): Promise<ServiceProcess> => {
    const client = await connectRedisClient(redis.url);
    const limits = new FallbackRateLimitStorage(
      new RedisRateLimitStorage(client),
      new PostgresRateLimitStorage(opened.database),
      new MemoryRateLimitStorage(),
    );
    return { client, limits };
  };

  beforeEach(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
    admin.on('error', () => undefined);
    processes = [await startProcess(), await startProcess()];
  });

  afterEach(async () => {
    for (const { client } of processes) client.onApplicationShutdown();
    admin.disconnect();
    await redis.stop();
  });

  /** Calls until it is refused, or `atMost` times: how many calls went through, and how long the slowest took. */
  const callWhileAdmitted = async (
    on: readonly ServiceProcess[],
    limit: string,
    key: string,
    atMost = 3 * LIMIT,
  ): Promise<{ admitted: number; slowestMs: number }> => {
    let slowestMs = 0;
    for (let calls = 0; calls < atMost; calls++) {
      const startedAt = performance.now();
      const { limits } = on[calls % on.length]!;
      const { isBlocked } = await limits.increment(key, WINDOW_MS, LIMIT, WINDOW_MS, limit);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      if (isBlocked) return { admitted: calls, slowestMs };
    }
    return { admitted: atMost, slowestMs };
  };

  const stopRedis = (): Promise<void> => redis.stop();
  const failures: [string, () => Promise<unknown>][] = [
    ['is stopped', stopRedis],
    ['hangs', () => Promise.resolve(process.kill(redis.pid, 'SIGSTOP'))],
    ['pauses its clients', () => admin.client('PAUSE', 30_000, 'ALL')],
    ['pauses writes', () => admin.client('PAUSE', 30_000, 'WRITE')],
    ['is read-only', () => admin.replicaof('127.0.0.1', 1)],
    ['is out of memory', () => admin.config('SET', 'maxmemory', 1)],
  ];

  it.each([...failures, ['is emptied', () => admin.flushall()] as const])(
    'lets through no call more, and answers within a second, when Redis %s in the middle of counting',
    async (_, fail) => {
      const [one] = processes;
      const key = randomToken();
      await callWhileAdmitted([one], 'login.name', key, 15);
      await callWhileAdmitted([one], 'refresh.address', `${key}r`, 15);

      await fail();

      const login = await callWhileAdmitted([one], 'login.name', key);
      const refresh = await callWhileAdmitted([one], 'refresh.address', `${key}r`);
      expect(login.admitted).toBe(LIMIT - 15);
      expect(refresh.admitted).toBeLessThanOrEqual(LIMIT - 15);
      expect(Math.max(login.slowestMs, refresh.slowestMs)).toBeLessThan(1_000);
    },
  );

  it.each(failures)(
    'counts logins for all processes together, and the rest at a quarter each, when Redis %s',
    async (_, fail) => {
      await fail();

      const login = await callWhileAdmitted(processes, 'login.address', randomToken());
      const refresh = await callWhileAdmitted([processes[0]], 'refresh.address', randomToken());

      expect(login.admitted).toBe(LIMIT);
      expect(refresh.admitted).toBe(LIMIT / 4);
    },
  );

  it('makes at most the first callers wait for a Redis that hangs', async () => {
    const [{ limits }] = processes;
    process.kill(redis.pid, 'SIGSTOP');
    const hit = (): Promise<unknown> =>
      limits.increment(randomToken(), WINDOW_MS, LIMIT, WINDOW_MS, 'refresh.address');
    await hit();

    const startedAt = performance.now();
    for (let calls = 0; calls < 100; calls++) await hit();

    expect(performance.now() - startedAt).toBeLessThan(150);
  });

  it('goes on refusing what was past its limit before Redis was emptied', async () => {
    const [one] = processes;
    const key = randomToken();
    await callWhileAdmitted([one], 'login.name', key);

    await admin.flushall();

    expect((await callWhileAdmitted([one], 'login.name', key)).admitted).toBe(0);
  });

  it('counts in Redis again once a Redis that hung goes on', async () => {
    const [one] = processes;
    process.kill(redis.pid, 'SIGSTOP');
    await callWhileAdmitted([one], 'login.name', randomToken(), 1);

    process.kill(redis.pid, 'SIGCONT');

    await expect(untilAvailable(one.client)).resolves.toBeUndefined();
  });

  it('counts in Redis again once it is back, and goes on from what was counted without it', async () => {
    const [one] = processes;
    const key = randomToken();
    const { port } = redis;
    await redis.stop();
    await callWhileAdmitted([one], 'login.name', key, 10);

    redis = await startRedis(port);
    await untilAvailable(one.client);

    const { totalHits } = await one.limits.increment(key, WINDOW_MS, LIMIT, WINDOW_MS, 'login.name');
    expect(totalHits).toBe(11);
    const reader = new Redis(redis.url);
    expect(await reader.get(`portcullis:rate:${key}`)).toBe('11');
    reader.disconnect();
  });
});
