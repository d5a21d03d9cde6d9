import { setTimeout as sleep } from 'node:timers/promises';
import { decode } from 'jsonwebtoken';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { FakeTime } from '../support/fake-time';
import { scrape } from '../support/scrape';
import { anEnrolledUser, totpCode } from '../support/second-factors';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import { PASSWORD, type TestUser } from '../support/two-services';

const HOUR_SECONDS = 3_600;
/** Of whole seconds, and of the way of a request on a busy machine. */
const TOLERANCE_SECONDS = 2;
const METRICS_TOKEN = 'for the tests of the clocks';
const ENV = {
  METRICS_TOKEN,
  SIGNING_KEY_LEAD_SECONDS: '10',
  RATE_LIMIT_LOGIN_PER_NAME: '8',
};

interface Claims {
  readonly iat: number;
  readonly exp: number;
  readonly auth_time: number;
}

const nowSeconds = (): number => Date.now() / 1_000;
const claimsOf = (token: string): Claims => decode(token) as unknown as Claims;
const kidOf = (token: string): unknown => decode(token, { complete: true })?.header.kid;

describe('processes whose clocks are wrong: one an hour late, one an hour early', () => {
  let database: TestDatabase;
  let client: Client;
  let clocks: FakeTime[];
  let late: ServiceProcess;
  let early: ServiceProcess;
  let adminToken: string;
  let count = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    clocks = [new FakeTime(-HOUR_SECONDS), new FakeTime(HOUR_SECONDS)];
    const [first, second] = await Promise.all(
      clocks.map((clock) => startService(database.url, { ...ENV, ...clock.env })),
    );
    if (first === undefined || second === undefined) throw new Error('There are two');
    [late, early] = [first, second];
    adminToken = (await late.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  afterAll(async () => {
    await Promise.all([late.stop(), early.stop()]);
    for (const clock of clocks) clock.remove();
    await client.end();
    await database.drop();
  });

  const sql = async (text: string, values: unknown[] = []): Promise<never[]> =>
    (await client.query<never>(text, values)).rows;

  async function aUser(): Promise<TestUser> {
    const username = `user${++count}`;
    const user = { username, email: `${username}@example.com`, displayName: username, password: PASSWORD };
    const { status, body } = await late.api.post('/v1/users', user, { token: adminToken });
    expect(status).toBe(201);
    return body as TestUser;
  }

  const both = (): [string, ServiceProcess, ServiceProcess][] => [
    ['late', late, early],
    ['early', early, late],
  ];

  const refresh = ({ api }: ServiceProcess, refreshToken: string) =>
    api.post('/v1/auth/refresh', { refreshToken });

  it('really are wrong, and say so: in their logs, among their dependencies, and by a metric', async () => {
    for (const [which, service] of both()) {
      const { body } = await service.api.get('/health/dependencies');
      expect(body.dependencies).toContainEqual(expect.objectContaining({ name: 'clock', state: 'down' }));
      const offset = (await scrape(service, METRICS_TOKEN)).samples.find(
        ({ name }) => name === 'portcullis_clock_offset_seconds',
      );
      const expected = which === 'late' ? -HOUR_SECONDS : HOUR_SECONDS;
      expect(Math.abs((offset?.value ?? 0) - expected)).toBeLessThan(TOLERANCE_SECONDS);
      expect(service.output()).toContain('The clock of this machine is off');
      expect(await service.api.isReady()).toBe(true);
    }
  });

  it('make tokens of the right time, which both take at once', async () => {
    const { username } = await aUser();
    for (const [, own, other] of both()) {
      const { accessToken } = await own.api.signIn(username, PASSWORD);
      const { iat, exp, auth_time } = claimsOf(accessToken);
      expect(Math.abs(iat - nowSeconds())).toBeLessThan(TOLERANCE_SECONDS);
      expect(Math.abs(auth_time - iat)).toBeLessThan(TOLERANCE_SECONDS);
      expect(exp - iat).toBe(900);
      for (const { api } of [own, other])
        expect((await api.get('/v1/auth/me', { token: accessToken })).status).toBe(200);
    }
  });

  it('refuse an access token from the moment of its exp, on both alike', async () => {
    const { username } = await aUser();
    for (const [, own, other] of both()) {
      const { sessionId, refreshToken } = await own.api.signIn(username, PASSWORD);
      await sql(`UPDATE sessions SET expires_at = now() + interval '5 seconds' WHERE id = $1`, [sessionId]);
      const { body } = await refresh(own, refreshToken);
      const token = body.accessToken as string;
      const { exp } = claimsOf(token);
      expect(exp - nowSeconds()).toBeLessThan(6);
      const diesAt = async ({ api }: ServiceProcess): Promise<number> => {
        let askedAt = nowSeconds();
        let answer = await api.get('/v1/auth/me', { token });
        while (answer.status === 200 && askedAt < exp + TOLERANCE_SECONDS) {
          await sleep(20);
          askedAt = nowSeconds();
          answer = await api.get('/v1/auth/me', { token });
        }
        expect([answer.status, answer.body.code]).toEqual([401, 'AUTH.TOKEN_EXPIRED']);
        return askedAt;
      };
      for (const diedAt of await Promise.all([diesAt(own), diesAt(other)]))
        expect(Math.abs(diedAt - exp)).toBeLessThan(TOLERANCE_SECONDS);
    }
  });

  it.each([
    ['idle', 'idle_expires_at'],
    ['absolute', 'expires_at'],
  ])('refuse a refresh past the %s expiry, and not before it', async (_, column) => {
    const { username } = await aUser();
    for (const [, own, other] of both()) {
      const { sessionId, refreshToken } = await own.api.signIn(username, PASSWORD);
      await sql(`UPDATE sessions SET ${column} = now() + interval '10 minutes' WHERE id = $1`, [sessionId]);
      const { status, body } = await refresh(other, refreshToken);
      expect(status).toBe(200);
      await sql(`UPDATE sessions SET ${column} = now() - interval '1 second' WHERE id = $1`, [sessionId]);
      expect((await refresh(own, body.refreshToken as string)).status).toBe(401);
    }
  });

  it('take the code of the current step of an authenticator whose clock is right, once', async () => {
    for (const [, own, other] of both()) {
      const { username, secret } = await anEnrolledUser({ first: own, aUser, sql });
      const code = await totpCode(secret);
      const answers = [];
      for (const { api } of [other, own]) {
        const { body } = await api.login(username, PASSWORD);
        const challenge = { challengeId: body.challengeId as string, method: 'totp', code };
        answers.push((await api.post('/v1/auth/mfa', challenge)).status);
      }
      expect(answers).toEqual([200, 401]);
    }
  });

  it('turn the key ring when it is due, and refuse no token on the way', async () => {
    const { username } = await aUser();
    const before = await late.api.signIn(username, PASSWORD);
    const published = nowSeconds();
    await early.api.post('/v1/signing-keys/rotate', undefined, { token: adminToken });
    let { refreshToken, accessToken } = before;
    let turn = 0;
    while (kidOf(accessToken) === kidOf(before.accessToken)) {
      expect(nowSeconds() - published).toBeLessThan(30);
      const answer = await refresh(turn++ % 2 ? early : late, refreshToken);
      ({ refreshToken, accessToken } = answer.body as typeof before);
      for (const { api } of [early, late])
        expect((await api.get('/v1/auth/me', { token: accessToken })).status).toBe(200);
      await sleep(100);
    }
    expect(nowSeconds() - published).toBeGreaterThan(10);
    for (const { api } of [early, late])
      expect((await api.get('/v1/auth/me', { token: before.accessToken })).status).toBe(200);
  });

  it('lock out after as many failures as ever, and for as long', async () => {
    const { username } = await aUser();
    for (let i = 0; i < 5; i++) await (i % 2 ? early : late).api.login(username, 'not the right password');
    for (const { api } of [early, late]) expect((await api.login(username, PASSWORD)).status).toBe(401);
    const [lock] = (
      await client.query<{ minutes: number }>(
        `SELECT (extract(epoch FROM locked_until - now()) / 60)::float8 AS minutes
       FROM sign_in_attempts WHERE locked_until IS NOT NULL ORDER BY locked_until DESC LIMIT 1`,
      )
    ).rows;
    expect(lock?.minutes).toBeGreaterThan(29);
    expect(lock?.minutes).toBeLessThanOrEqual(30);
    await sql('UPDATE sign_in_attempts SET locked_until = now() WHERE locked_until IS NOT NULL');
    expect((await early.api.login(username, PASSWORD)).status).toBe(200);
  });

  it('limit the rate as ever, and name a time to come back that is within the window', async () => {
    const answers = [];
    for (let i = 0; i < 12; i++)
      answers.push(await (i % 2 ? early : late).api.login('nobody-at-all', 'not the right password'));
    expect(answers.map(({ status }) => status)).toEqual([...Array(8).fill(401), ...Array(4).fill(429)]);
    for (const { headers } of answers.slice(8)) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
  });

  it('neither kill nor revive a token when a clock jumps while they run', async () => {
    const { username } = await aUser();
    const [alive, dead] = [
      await late.api.signIn(username, PASSWORD),
      await late.api.signIn(username, PASSWORD),
    ];
    await late.api.post('/v1/auth/logout', { refreshToken: dead.refreshToken });
    for (const offset of [24 * HOUR_SECONDS, -24 * HOUR_SECONDS, 0]) {
      for (const clock of clocks) clock.jumpTo(offset);
      for (const { api } of [late, early]) {
        expect((await api.get('/v1/auth/me', { token: alive.accessToken })).status).toBe(200);
        expect((await api.get('/v1/auth/me', { token: dead.accessToken })).status).toBe(401);
      }
      const { accessToken } = await early.api.signIn(username, PASSWORD);
      expect(Math.abs(claimsOf(accessToken).iat - nowSeconds())).toBeLessThan(TOLERANCE_SECONDS);
    }
    const deadline = Date.now() + 5_000;
    const isRight = async ({ api }: ServiceProcess): Promise<boolean> => {
      const { dependencies } = (await api.get('/health/dependencies')).body as {
        dependencies: { name: string; state: string }[];
      };
      return dependencies.some(({ name, state }) => name === 'clock' && state === 'up');
    };
    for (const service of [late, early])
      while (!(await isRight(service))) expect(Date.now()).toBeLessThan(deadline);
  });
});
