import { v7 as uuidv7 } from 'uuid';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService, type ServiceProcess } from '../support/service';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const LIMIT = 3;
// Twenty attempts at once are more than an account may have in the air by default.
const MANY_ATTEMPTS = { FAILED_ATTEMPTS_LIMIT: '100' };

interface Session {
  readonly id: string;
  readonly current: boolean;
  readonly methods: string[];
}

describe('D: sessions, over two processes', () => {
  let services: TwoServices;
  let denying: ServiceProcess;

  beforeAll(async () => {
    services = await startTwoServices({ SESSION_LIMIT: `${LIMIT}`, ...MANY_ATTEMPTS });
    denying = await startService(services.url, {
      SESSION_LIMIT: `${LIMIT}`,
      SESSION_LIMIT_POLICY: 'deny',
      ...MANY_ATTEMPTS,
    });
  });

  afterAll(async () => {
    await denying.stop();
    await services.stop();
  });

  const listOf = async (token: string): Promise<Session[]> =>
    (await services.second.api.get('/v1/sessions', { token })).body.items as Session[];

  it('are listed with device, address, method and times, and never a token', async () => {
    const { username } = await services.aUser();
    const { body } = await services.first.api.post(
      '/v1/auth/login',
      { username, password: PASSWORD },
      { headers: { 'user-agent': FIREFOX } },
    );
    const page = await services.second.api.get('/v1/sessions', { token: body.accessToken });
    expect(page.body.items).toEqual([
      {
        id: body.sessionId,
        current: true,
        device: { browser: 'Firefox 140.0', os: 'Linux', kind: 'desktop' },
        ip: '127.0.0.1',
        methods: ['pwd'],
        createdAt: expect.any(String),
        lastSeenAt: expect.any(String),
        expiresAt: expect.any(String),
      },
    ]);
  });

  it('take up nothing that somebody planted before the sign-in, and what was planted opens nothing', async () => {
    const [attacker, victim] = [await services.aUser(), await services.aUser()];
    const signIn = (username: string, body = {}, headers = {}) =>
      services.first.api.post('/v1/auth/login', { username, password: PASSWORD, ...body }, { headers });
    const { body: planted } = await signIn(attacker.username);
    const { status, headers, body } = await signIn(
      victim.username,
      { deviceToken: planted.deviceToken },
      {
        authorization: `Bearer ${planted.accessToken}`,
        cookie: `sid=${planted.sessionId}; session=${planted.refreshToken}`,
      },
    );
    expect([status, headers.get('set-cookie')]).toEqual([200, null]);
    for (const value of ['sessionId', 'accessToken', 'refreshToken', 'deviceToken']) {
      expect(body[value]).toEqual(expect.any(String));
      expect(body[value]).not.toBe(planted[value]);
    }
    const refreshed = await services.second.api.post('/v1/auth/refresh', {
      refreshToken: planted.refreshToken,
    });
    for (const token of [planted.accessToken, refreshed.body.accessToken]) {
      const me = await services.second.api.get('/v1/auth/me', { token });
      expect(me.body).toMatchObject({ username: attacker.username, sessionId: planted.sessionId });
    }
    expect((await listOf(body.accessToken)).map(({ id }) => id)).toEqual([body.sessionId]);
  });

  it("answer 404 for another user's session id, which lives on", async () => {
    const [mine, theirs] = await Promise.all([services.aUser(), services.aUser()]);
    const me = await services.first.api.signIn(mine.username, PASSWORD);
    const they = await services.first.api.signIn(theirs.username, PASSWORD);
    const answer = await services.first.api.delete(`/v1/sessions/${they.sessionId}`, {
      token: me.accessToken,
    });
    expect([answer.status, answer.body.code]).toEqual([404, 'SESSION.NOT_FOUND']);
    expect((await services.second.api.get('/v1/auth/me', { token: they.accessToken })).status).toBe(200);
  });

  it('end one by one, all others, and all', async () => {
    const { username } = await services.aUser();
    const [one, two, three] = [
      await services.first.api.signIn(username, PASSWORD),
      await services.second.api.signIn(username, PASSWORD),
      await services.first.api.signIn(username, PASSWORD),
    ];
    const end = (path: string) => services.first.api.delete(path, { token: three.accessToken });
    expect((await end(`/v1/sessions/${one.sessionId}`)).status).toBe(204);
    await services.expectDead(one.accessToken);
    expect((await end('/v1/sessions')).status).toBe(204);
    await services.expectDead(two.accessToken);
    expect((await listOf(three.accessToken)).map(({ id, current }) => [id, current])).toEqual([
      [three.sessionId, true],
    ]);
    expect((await end('/v1/sessions?includeCurrent=true')).status).toBe(204);
    await services.expectDead(three.accessToken);
  });

  it('are seen and ended by administrators, for any user, and by nobody else', async () => {
    const { id, username } = await services.aUser();
    const { accessToken, sessionId } = await services.first.api.signIn(username, PASSWORD);
    const path = `/v1/users/${id}/sessions`;
    const seen = await services.second.api.get(path, { token: services.adminToken });
    expect((seen.body.items as Session[]).map((session) => [session.id, session.current])).toEqual([
      [sessionId, false],
    ]);
    expect((await services.first.api.get(path, { token: accessToken })).status).toBe(403);
    expect((await services.first.api.delete(path, { token: accessToken })).status).toBe(403);
    expect((await services.first.api.delete(path, { token: services.adminToken })).status).toBe(204);
    await services.expectDead(accessToken);
  });

  it('of nobody are no empty list, but 404', async () => {
    const path = `/v1/users/${uuidv7()}/sessions`;
    for (const ask of [
      services.first.api.get(path, { token: services.adminToken }),
      services.first.api.delete(path, { token: services.adminToken }),
    ])
      expect(await ask).toMatchObject({ status: 404, body: { code: 'USER.NOT_FOUND' } });
  });

  it('never exceed the limit in a race of twenty logins; the oldest are evicted and dead on both processes', async () => {
    const { id, username } = await services.aUser();
    const oldest = await services.first.api.signIn(username, PASSWORD);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? services.first : services.second).api.login(username, PASSWORD),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const live = await services.first.api.get(`/v1/users/${id}/sessions`, { token: services.adminToken });
    expect(live.body.items).toHaveLength(LIMIT);
    await services.expectDead(oldest.accessToken);
    expect(await services.trail('session.ended', oldest.sessionId)).toEqual(['evicted']);
    const refused = await services.second.api.post('/v1/auth/refresh', { refreshToken: oldest.refreshToken });
    expect(refused.status).toBe(401);
  });

  it('never exceed the limit where it denies, and a denied sign-in does not count as a failed one', async () => {
    const { id, username } = await services.aUser();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => denying.api.login(username, PASSWORD)),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(20 - LIMIT);
    expect(new Set(refused.map(({ status, body }) => `${status} ${body.code as string}`))).toEqual(
      new Set(['409 SESSION.LIMIT_REACHED']),
    );
    expect(await services.trail('session.refused', id)).toHaveLength(20 - LIMIT);
    expect(await services.trail('sign_in.failed', id)).toEqual([]);
    expect(await services.sql('SELECT failures FROM sign_in_attempts')).toEqual([]);
    const [held] = answers.filter(({ status }) => status === 200);
    expect((await denying.api.delete('/v1/sessions', { token: held?.body.accessToken })).status).toBe(204);
    expect((await denying.api.login(username, PASSWORD)).status).toBe(200);
  });

  it('show when they were last seen, written in batches from use of the access token, which moves the idle expiry', async () => {
    const { username } = await services.aUser();
    const { accessToken, sessionId } = await services.first.api.signIn(username, PASSWORD);
    await services.sql(
      `UPDATE sessions SET last_seen_at = last_seen_at - interval '1 hour',
         idle_expires_at = idle_expires_at - interval '1 hour' WHERE id = $1`,
      [sessionId],
    );
    const read = async () => {
      const [row] = await services.sql<{ seen: number; idle: number }>(
        `SELECT extract(epoch FROM now() - last_seen_at)::float8 AS seen,
           extract(epoch FROM idle_expires_at - last_seen_at)::float8 AS idle FROM sessions WHERE id = $1`,
        [sessionId],
      );
      return row ?? { seen: NaN, idle: NaN };
    };
    expect((await services.second.api.get('/v1/auth/me', { token: accessToken })).status).toBe(200);
    const deadline = Date.now() + 20_000;
    while ((await read()).seen > 60 && Date.now() < deadline) await sleep(100);
    const { seen, idle } = await read();
    expect(seen).toBeLessThan(60);
    expect(Math.round(idle)).toBe(14 * 86_400);
  });
});
