import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tokens } from '../support/api-client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startRedis, type TestRedis } from '../support/redis';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import { startTwoServices } from '../support/two-services';

const MAX_ANSWER_MS = 1_000;
const KEYS = 'portcullis:cache:user:*';
const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
/** As DEBUG SLEEP, which a Redis forbids by default. */
const BUSY_SCRIPT = `
  local since = tonumber(redis.call('TIME')[1])
  repeat until tonumber(redis.call('TIME')[1]) - since > tonumber(ARGV[1])`;

describe('two processes whose Redis is in trouble', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let services: [ServiceProcess, ServiceProcess];
  let slowestMs: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    redis = await startRedis();
    // The limit of the rate and no lockout: the first refusals after a lock may take longer.
    const env = { REDIS_URL: redis.url, RATE_LIMIT_LOGIN_PER_NAME: '8', FAILED_ATTEMPTS_LIMIT: '10' };
    services = await Promise.all([startService(database.url, env), startService(database.url, env)]);
  });

  beforeEach(() => {
    slowestMs = 0;
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.kill()));
    await redis.stop();
    await database.drop();
  });

  async function redisCli(...args: string[]): Promise<string> {
    const child = spawn('redis-cli', ['-p', String(redis.port), ...args]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    return output.trim();
  }

  async function timed<T>(work: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const answer = await work;
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    return answer;
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error('It did not become so in time');
    }
  }

  /** What must hold whatever Redis does: who is who, what was ended, what is limited, and how soon it is said. */
  async function expectRightAnswers(limitedName: string): Promise<void> {
    const [first, second] = services;
    const tokens = await timed(first.api.signIn(ADMIN.username, ADMIN.password));
    const me = await timed(second.api.get('/v1/auth/me', { token: tokens.accessToken }));
    expect(me.body).toMatchObject({ username: ADMIN.username, sessionId: tokens.sessionId });

    expect(
      (await timed(first.api.post('/v1/auth/logout', { refreshToken: tokens.refreshToken }))).status,
    ).toBe(204);
    const endedAt = Date.now();
    let status = 0;
    while (status !== 401) {
      expect(Date.now() - endedAt).toBeLessThan(1_000);
      status = (await timed(second.api.get('/v1/auth/me', { token: tokens.accessToken }))).status;
    }
    const refreshed = await timed(second.api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken }));
    expect(refreshed.status).toBe(401);

    const statuses: number[] = [];
    for (let call = 0; call < 12; call++) {
      const service = call % 2 === 0 ? first : second;
      statuses.push((await timed(service.api.login(limitedName, 'not the right password'))).status);
    }
    expect(statuses.filter((answer) => answer === 401).length).toBeLessThanOrEqual(8);
    expect(statuses.slice(8)).toEqual([429, 429, 429, 429]);
    expect(slowestMs).toBeLessThan(MAX_ANSWER_MS);
  }

  it('share a cache, and see it', async () => {
    const { accessToken: token } = await services[0].api.signIn(ADMIN.username, ADMIN.password);
    await until(async () => {
      await services[0].api.get('/v1/auth/me', { token });
      return (await redisCli('--raw', 'KEYS', KEYS)) !== '';
    });
    const key = await redisCli('--raw', 'KEYS', KEYS);
    const value = await redisCli('--raw', 'GET', key);
    expect(value).toContain(key.split(':').at(-1));
    expect(Number(await redisCli('--raw', 'PTTL', key))).toBeGreaterThan(0);

    // A value that is somebody else's is no answer, whoever put it there.
    const foreign = value.replaceAll(key.split(':').at(-1) ?? '', '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e');
    await redisCli('SET', key, foreign.replaceAll(ADMIN.username, 'mallory'));
    expect((await services[1].api.get('/v1/auth/me', { token })).body.username).toBe(ADMIN.username);

    const { body } = await services[1].api.get('/health/dependencies');
    expect(body.dependencies).toMatchObject([
      { name: 'clock', state: 'up', breaker: null },
      { name: 'postgresql', state: 'up' },
      { name: 'redis', state: 'up', breaker: 'closed' },
      { name: 'smtp', state: 'not_configured', breaker: null },
    ]);
  });

  it('answer rightly and in time when it is flushed', async () => {
    await redisCli('FLUSHALL');
    await expectRightAnswers('somebody-after-a-flush');
  });

  it('answer rightly and in time when it is a black hole', async () => {
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await expectRightAnswers('somebody-in-a-black-hole');
      const { body } = await services[0].api.get('/health/dependencies');
      expect(body.dependencies[2]).toMatchObject({ name: 'redis', state: 'down', breaker: 'open' });
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
  });

  it.each([
    ['is out of memory', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['is read-only', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ])('answer rightly and in time when it %s', async (what, begin, end) => {
    await redisCli(...begin);
    await expectRightAnswers(`somebody-${what.replaceAll(' ', '-')}`);
    await redisCli(...end);
  });

  it('answer rightly and in time when it is busy for seconds with one command', async () => {
    await redisCli('CONFIG', 'SET', 'lua-time-limit', '60000');
    const busy = redisCli('EVAL', BUSY_SCRIPT, '0', '5');
    await expectRightAnswers('somebody-while-it-is-busy');
    await busy;
  });

  it('answer rightly and in time when it stands still for half a minute', async () => {
    await redisCli('CLIENT', 'PAUSE', '30000', 'ALL');
    await expectRightAnswers('somebody-in-a-pause');
  });

  it('answer rightly and in time when it is gone, also those that start without it', async () => {
    await redis.stop();
    await expectRightAnswers('somebody-without-redis');
    const third = await startService(database.url, { REDIS_URL: redis.url });
    const { accessToken: token } = await third.api.signIn(ADMIN.username, ADMIN.password);
    expect((await third.api.get('/v1/auth/me', { token })).status).toBe(200);
    expect(await third.stop()).toBe(0);
  });
});

it('M: 200 sessions that ended just before Redis died, with all that it knew, stay dead on two processes', async () => {
  const redis = await startRedis();
  const env = { REDIS_URL: redis.url, RATE_LIMIT_LOGIN_PER_NAME: '1000' };
  const services = await startTwoServices(env);
  const { first, second } = services;
  const sessions: Tokens[] = [];
  while (sessions.length < 200) sessions.push(await first.api.signIn(ADMIN.username, ADMIN.password));
  const ends = sessions.map(({ refreshToken }) => first.api.post('/v1/auth/logout', { refreshToken }));
  expect(new Set((await Promise.all(ends)).map(({ status }) => status))).toEqual(new Set([204]));
  await redis.stop();
  const empty = await startRedis(redis.port);
  await sleep(SEEN_ELSEWHERE_WITHIN_MS);
  const seen = new Set<number>();
  for (const { accessToken: token, refreshToken } of sessions) {
    for (const { api } of [first, second]) {
      seen.add((await api.get('/v1/auth/me', { token })).status);
      seen.add((await api.post('/v1/auth/refresh', { refreshToken })).status);
    }
  }
  expect(seen).toEqual(new Set([401]));
  await services.stop();
  await empty.stop();
});
