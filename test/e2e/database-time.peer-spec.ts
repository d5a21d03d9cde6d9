import { setTimeout as sleep } from 'node:timers/promises';
import type { Tokens } from '../support/api-client';
import { startDebianPostgres } from '../support/debian-postgres';
import { FakeTime } from '../support/fake-time';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import type { TestServer } from '../support/test-server';

const IDLE_SECONDS = 1_800;
const ABSOLUTE_SECONDS = 3_600;
const ACCESS_SECONDS = 900;
/** What signing in and refreshing takes on a busy machine. */
const ROOM_SECONDS = 20;
/** Processes learn the time of PostgreSQL at least twice a second. */
const LEARNT_WITHIN_MS = 2_000;

describe('tokens and sessions when time passes for PostgreSQL, over two processes', () => {
  let clock: FakeTime;
  let postgres: TestServer;
  let first: ServiceProcess;
  let second: ServiceProcess;
  let passed = 0;

  beforeAll(async () => {
    clock = new FakeTime(0);
    postgres = await startDebianPostgres(clock);
    const env = {
      SESSION_IDLE_SECONDS: `${IDLE_SECONDS}`,
      SESSION_ABSOLUTE_SECONDS: `${ABSOLUTE_SECONDS}`,
      ACCESS_TOKEN_EXPIRE_MINUTES: `${ACCESS_SECONDS / 60}`,
    };
    [first, second] = await Promise.all([startService(postgres.url, env), startService(postgres.url, env)]);
  });

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await postgres.stop();
    clock.remove();
  });

  const pass = (seconds: number): void => clock.jumpTo((passed += seconds));
  const signIn = (): Promise<Tokens> => first.api.signIn(ADMIN.username, ADMIN.password);
  const refresh = (refreshToken: string, on = second) => on.api.post('/v1/auth/refresh', { refreshToken });

  async function expectExpired(token: string): Promise<void> {
    const deadline = Date.now() + LEARNT_WITHIN_MS;
    for (const { api } of [first, second]) {
      let answer = await api.get('/v1/auth/me', { token });
      while (answer.body.code !== 'AUTH.TOKEN_EXPIRED' && Date.now() < deadline) {
        await sleep(50);
        answer = await api.get('/v1/auth/me', { token });
      }
      expect([answer.status, answer.body.code]).toEqual([401, 'AUTH.TOKEN_EXPIRED']);
    }
  }

  it('D: a refresh before the idle limit is answered, and refused one second after it', async () => {
    const [used, idle] = [await signIn(), await signIn()];
    pass(IDLE_SECONDS - ROOM_SECONDS);
    expect((await refresh(used.refreshToken)).status).toBe(200);
    pass(ROOM_SECONDS + 1);
    const { status, body } = await refresh(idle.refreshToken);
    expect([status, body.code]).toEqual([401, 'AUTH.INVALID_REFRESH_TOKEN']);
  });

  it('D: a refresh one second after the absolute limit is refused, though it was used every minute', async () => {
    let { accessToken, refreshToken } = await signIn();
    let expiresIn = 0;
    for (let minute = 1; minute * 60 < ABSOLUTE_SECONDS - ROOM_SECONDS; minute++) {
      pass(60);
      const { status, body } = await refresh(refreshToken, minute % 2 ? first : second);
      expect(status).toBe(200);
      ({ accessToken, refreshToken, expiresIn } = body as Tokens & { expiresIn: number });
      expect(expiresIn).toBeLessThanOrEqual(ABSOLUTE_SECONDS - minute * 60);
    }
    expect(expiresIn).toBeGreaterThan(0);
    pass(61);
    for (const on of [first, second]) expect((await refresh(refreshToken, on)).status).toBe(401);
    await expectExpired(accessToken);
  });

  it('D: a logout with an expired access token ends the session, by its refresh token or by itself', async () => {
    const [both, alone] = [await signIn(), await signIn()];
    pass(ACCESS_SECONDS + 1);
    for (const { accessToken } of [both, alone]) await expectExpired(accessToken);
    const byBoth = () =>
      first.api.post('/v1/auth/logout', { refreshToken: both.refreshToken }, { token: both.accessToken });
    const byItself = () => first.api.post('/v1/auth/logout', undefined, { token: alone.accessToken });
    for (const logout of [byBoth, byItself, byBoth, byItself]) expect((await logout()).status).toBe(204);
    for (const { refreshToken } of [both, alone]) {
      for (const on of [first, second]) expect((await refresh(refreshToken, on)).status).toBe(401);
    }
  });

  it('C: no clock that goes back gives an access token a longer life', async () => {
    const { accessToken: token, refreshToken } = await signIn();
    const { accessToken: dead, refreshToken: ended } = await signIn();
    await first.api.post('/v1/auth/logout', { refreshToken: ended });
    pass(-300);
    await sleep(LEARNT_WITHIN_MS);
    for (const { api } of [first, second])
      expect((await api.get('/v1/auth/me', { token: dead })).status).toBe(401);
    const { body } = await refresh(refreshToken);
    expect(body.expiresIn).toBe(ACCESS_SECONDS);
    pass(300 + ACCESS_SECONDS + 1);
    await expectExpired(token);
  });
});
