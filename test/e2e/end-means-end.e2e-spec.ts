import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'a long and quiet sentence';
const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
const RECORDED_WITHIN_MS = 10_000;

describe('two processes that share one database', () => {
  let database: TestDatabase;
  let first: ServiceProcess;
  let second: ServiceProcess;
  let adminToken: string;
  let count = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    [first, second] = await Promise.all([startService(database.url), startService(database.url)]);
    adminToken = (await first.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await database.drop();
  });

  const aUser = async (): Promise<{ id: string; username: string; version: number }> => {
    const username = `user${++count}`;
    const { status, body } = await first.api.post(
      '/v1/users',
      { username, email: `${username}@example.com`, displayName: username, password: PASSWORD },
      { token: adminToken },
    );
    expect(status).toBe(201);
    return body as { id: string; username: string; version: number };
  };

  /** 401 at once on the process that answered, and on the other within the promised second. */
  const expectDead = async (token: string): Promise<void> => {
    expect((await first.api.get('/v1/auth/me', { token })).status).toBe(401);
    const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
    while ((await second.api.get('/v1/auth/me', { token })).status !== 401) {
      if (Date.now() > deadline) throw new Error('The other process still accepts the token after a second');
      await sleep(10);
    }
  };

  it('made one administrator and one signing key when they started together', async () => {
    const users = await first.api.get('/v1/users', { token: adminToken });
    expect(users.body.items.filter((user: { username: string }) => user.username === 'admin')).toHaveLength(
      1,
    );
    const keys = await Promise.all([first, second].map(({ api }) => api.get('/.well-known/jwks.json')));
    expect(keys[0]?.body).toEqual(keys[1]?.body);
    expect(keys[0]?.body.keys).toHaveLength(1);
    expect(Object.keys(keys[0]?.body.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('ends a session on logout, on both processes; a second logout is 204 too', async () => {
    const { username } = await aUser();
    const tokens = await second.api.signIn(username, PASSWORD);
    const logout = () => first.api.post('/v1/auth/logout', { refreshToken: tokens.refreshToken });
    expect((await logout()).status).toBe(204);
    await expectDead(tokens.accessToken);
    expect((await logout()).status).toBe(204);
    expect((await second.api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(
      401,
    );
  });

  it.each(['disable', 'lock', 'delete', 'end all sessions'] as const)(
    'kills every token on %s',
    async (deed) => {
      const { id, username, version } = await aUser();
      const tokens = await second.api.signIn(username, PASSWORD);
      expect((await second.api.get('/v1/auth/me', { token: tokens.accessToken })).status).toBe(200);
      const deeds = {
        disable: () => first.api.post(`/v1/users/${id}/disable`, undefined, { token: adminToken }),
        lock: () =>
          first.api.post(`/v1/users/${id}/lock`, { reason: 'a lost laptop' }, { token: adminToken }),
        delete: () => first.api.delete(`/v1/users/${id}`, { token: adminToken, ifMatch: version }),
        'end all sessions': () => first.api.delete(`/v1/users/${id}/sessions`, { token: adminToken }),
      };
      expect((await deeds[deed]()).status).toBe(204);
      await expectDead(tokens.accessToken);
      const refreshed = await second.api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken });
      expect(refreshed.body.code).toBe('AUTH.INVALID_REFRESH_TOKEN');
    },
  );

  it.each(['password change', 'disable', 'lock', 'delete', 'end all sessions'] as const)(
    'answers no 2xx under load to a request that started after %s',
    async (deed) => {
      const { id, username, version } = await aUser();
      const victim = await second.api.signIn(username, PASSWORD);
      const own = await first.api.signIn(username, PASSWORD);
      const accepted: { readonly on: ServiceProcess; readonly startedAt: number }[] = [];
      let stop = false;
      const load = async (on: ServiceProcess): Promise<void> => {
        while (!stop) {
          const startedAt = performance.now();
          const { status } = await on.api.get('/v1/auth/me', { token: victim.accessToken });
          if (status < 300) accepted.push({ on, startedAt });
        }
      };
      const loads = [first, second, first, second, first, second].map(load);
      const deeds = {
        'password change': () =>
          first.api.post(
            '/v1/users/me/password',
            { currentPassword: PASSWORD, newPassword: 'another and longer sentence' },
            { token: own.accessToken },
          ),
        disable: () => first.api.post(`/v1/users/${id}/disable`, undefined, { token: adminToken }),
        lock: () =>
          first.api.post(`/v1/users/${id}/lock`, { reason: 'a lost laptop' }, { token: adminToken }),
        delete: () => first.api.delete(`/v1/users/${id}`, { token: adminToken, ifMatch: version }),
        'end all sessions': () => first.api.delete(`/v1/users/${id}/sessions`, { token: adminToken }),
      };
      expect((await deeds[deed]()).status).toBe(204);
      const answeredAt = performance.now();
      while (performance.now() < answeredAt + 2 * SEEN_ELSEWHERE_WITHIN_MS) await sleep(50);
      stop = true;
      await Promise.all(loads);
      expect(accepted.some(({ startedAt }) => startedAt < answeredAt)).toBe(true);
      const late = ({ on, startedAt }: (typeof accepted)[number]): boolean =>
        startedAt > answeredAt + (on === first ? 0 : SEEN_ELSEWHERE_WITHIN_MS);
      expect(accepted.filter(late)).toEqual([]);
    },
  );

  it('lets the session that changed the password live on, with new tokens only', async () => {
    const { username } = await aUser();
    const other = await second.api.signIn(username, PASSWORD);
    const current = await first.api.signIn(username, PASSWORD);
    const changed = await first.api.post(
      '/v1/users/me/password',
      { currentPassword: PASSWORD, newPassword: 'another and longer sentence' },
      { token: current.accessToken },
    );
    expect(changed.status).toBe(204);
    await expectDead(other.accessToken);
    await expectDead(current.accessToken);
    const refreshed = await first.api.post('/v1/auth/refresh', { refreshToken: current.refreshToken });
    expect(refreshed.body.sessionId).toBe(current.sessionId);
    expect((await second.api.get('/v1/auth/me', { token: refreshed.body.accessToken })).status).toBe(200);
    expect((await first.api.login(username, PASSWORD)).status).toBe(401);
  });

  it('kills every token when an administrator moves the email address', async () => {
    const { id, username } = await aUser();
    const tokens = await second.api.signIn(username, PASSWORD);
    const moved = await first.api.patch(
      `/v1/users/${id}`,
      { email: `${username}@elsewhere.example` },
      { token: adminToken, ifMatch: 1 },
    );
    expect(moved.status).toBe(200);
    await expectDead(tokens.accessToken);
    expect((await second.api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(
      401,
    );
  });

  it('leaves no session behind when sign-ins race a deletion', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, username, version } = await aUser();
      const [deleted, ...logins] = await Promise.all([
        first.api.delete(`/v1/users/${id}`, { token: adminToken, ifMatch: version }),
        ...[first, second, second].map(({ api }) => api.login(username, PASSWORD)),
      ]);
      expect(deleted?.status).toBe(204);
      for (const { status, body } of logins) {
        if (status !== 200) continue;
        await expectDead(body.accessToken as string);
        const { status: refreshed } = await first.api.post('/v1/auth/refresh', {
          refreshToken: body.refreshToken,
        });
        expect(refreshed).toBe(401);
      }
    }
  });

  it('does not count a right password towards lockout because the new one was refused', async () => {
    const { username } = await aUser();
    const { accessToken } = await first.api.signIn(username, PASSWORD);
    const change = (newPassword: string) =>
      first.api.post(
        '/v1/users/me/password',
        { currentPassword: PASSWORD, newPassword },
        { token: accessToken },
      );
    for (let i = 0; i < 6; i++) expect((await change('too short')).body.code).toBe('USER.PASSWORD_TOO_SHORT');
    expect((await change('another and longer sentence')).status).toBe(204);
  });

  it('gives one of twenty racers the successor of a refresh token, and then ends the family', async () => {
    const { username } = await aUser();
    const { refreshToken, accessToken } = await first.api.signIn(username, PASSWORD);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? first : second).api.post('/v1/auth/refresh', { refreshToken }),
      ),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    await expectDead(accessToken);
    const successor = winners[0]?.body.refreshToken as string;
    expect((await second.api.post('/v1/auth/refresh', { refreshToken: successor })).status).toBe(401);
  });

  it('ends the family and records it when a spent refresh token returns', async () => {
    const { username } = await aUser();
    const { refreshToken, sessionId } = await first.api.signIn(username, PASSWORD);
    const { body } = await second.api.post('/v1/auth/refresh', { refreshToken });
    expect((await first.api.post('/v1/auth/refresh', { refreshToken })).status).toBe(401);
    await expectDead(body.accessToken as string);
    const trail = await first.api.get(`/v1/audit/events?action=refresh_token.reused&target=${sessionId}`, {
      token: adminToken,
    });
    expect(trail.body.items).toHaveLength(1);
  });

  it('does not end a session for a made-up refresh token', async () => {
    const { username } = await aUser();
    const { refreshToken, accessToken } = await first.api.signIn(username, PASSWORD);
    const flipped = refreshToken.slice(0, -1) + (refreshToken.endsWith('A') ? 'B' : 'A');
    expect((await first.api.post('/v1/auth/refresh', { refreshToken: flipped })).status).toBe(401);
    expect((await first.api.get('/v1/auth/me', { token: accessToken })).status).toBe(200);
  });

  it('locks an account after the limit, over both processes, whatever the spelling', async () => {
    const { id, username } = await aUser();
    const spellings = [username, username.toUpperCase(), `${username}@example.com`];
    const wrong = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? first : second).api.login(spellings[i % 3] ?? username, 'a wrong password!'),
      ),
    );
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]));
    const right = await second.api.login(username, PASSWORD);
    expect([right.status, right.body.code]).toEqual([401, 'AUTH.INVALID_CREDENTIALS']);
    const { body } = await first.api.get(`/v1/audit/events?action=sign_in.failed&limit=200&target=${id}`, {
      token: adminToken,
    });
    const reasons = (body.items as { reason: string }[]).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'wrong_password')).toHaveLength(5);
    expect(reasons.filter((reason) => reason === 'locked_out')).toHaveLength(8);
    const lockouts = async (): Promise<unknown[]> => {
      const path = `/v1/audit/events?action=user.locked-out&target=${id}`;
      return (await first.api.get(path, { token: adminToken })).body.items as unknown[];
    };
    const deadline = Date.now() + RECORDED_WITHIN_MS;
    while ((await lockouts()).length === 0 && Date.now() < deadline) await sleep(20);
    expect(await lockouts()).toHaveLength(1);
  });

  it('D, G: an account made under the names of a deleted one has none of its sessions, roles or tokens', async () => {
    const names = {
      username: 'phoenix',
      email: 'phoenix@example.com',
      displayName: 'Phoenix',
      password: PASSWORD,
    };
    const make = () => first.api.post('/v1/users', names, { token: adminToken });
    const { body: old } = await make();
    const role = (await first.api.get('/v1/roles?name=auditor', { token: adminToken })).body.items[0]
      .id as string;
    const assignment = { principalType: 'user', principalId: old.id, roleId: role, effect: 'allow' };
    expect((await first.api.post('/v1/assignments', assignment, { token: adminToken })).status).toBe(201);
    const tokens = await first.api.signIn('phoenix', PASSWORD);
    expect((await first.api.get('/v1/audit/events', { token: tokens.accessToken })).status).toBe(200);
    const gone = await first.api.delete(`/v1/users/${old.id as string}`, {
      token: adminToken,
      ifMatch: old.version,
    });
    expect(gone.status).toBe(204);

    const { status, body: made } = await make();
    expect(status).toBe(201);
    expect(made.id).not.toBe(old.id);
    expect((await second.api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(
      401,
    );
    await expectDead(tokens.accessToken);
    const { accessToken } = await second.api.signIn('phoenix', PASSWORD);
    expect((await second.api.get('/v1/audit/events', { token: accessToken })).status).toBe(403);
    expect((await second.api.get('/v1/sessions', { token: accessToken })).body.items).toHaveLength(1);
  });

  it('keeps the last administrator', async () => {
    const { body } = await first.api.get('/v1/auth/me', { token: adminToken });
    const answer = await first.api.post(`/v1/users/${body.subject as string}/disable`, undefined, {
      token: adminToken,
    });
    expect([answer.status, answer.body.code]).toEqual([409, 'RBAC.LAST_ADMINISTRATOR']);
  });

  it('refuses to act on somebody more privileged, and records the refusal', async () => {
    const { id, username } = await aUser();
    const roles = await first.api.get('/v1/roles?name=user-manager', { token: adminToken });
    const grant = { principalType: 'user', principalId: id, roleId: roles.body.items[0].id, effect: 'allow' };
    expect((await first.api.post('/v1/assignments', grant, { token: adminToken })).status).toBe(201);
    const { accessToken } = await first.api.signIn(username, PASSWORD);
    const { body } = await first.api.get('/v1/auth/me', { token: adminToken });
    const answer = await first.api.post(`/v1/users/${body.subject as string}/disable`, undefined, {
      token: accessToken,
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'RBAC.TARGET_MORE_PRIVILEGED']);
    const trail = await first.api.get(`/v1/audit/events?action=access.denied&actor=${id}`, {
      token: adminToken,
    });
    expect(trail.body.items).toHaveLength(1);
  });

  it('lets one of two parallel edits win', async () => {
    const { id } = await aUser();
    const edit = (service: ServiceProcess, displayName: string) =>
      service.api.patch(`/v1/users/${id}`, { displayName }, { token: adminToken, ifMatch: 1 });
    const answers = await Promise.all([edit(first, 'One'), edit(second, 'Two')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('lets one of two racers have a username', async () => {
    const create = (service: ServiceProcess, email: string) =>
      service.api.post(
        '/v1/users',
        { username: 'Racer', email, displayName: 'Racer' },
        { token: adminToken },
      );
    const answers = await Promise.all([create(first, 'r1@example.com'), create(second, 'r2@example.com')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});
