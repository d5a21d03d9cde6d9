import { setTimeout as sleep } from 'node:timers/promises';
import { MailTrap } from '../support/mail-trap';
import type { ApiAnswer } from '../support/openapi-contract';
import { ADMIN } from '../support/service';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const REASON = 'a lost laptop';

describe("an administrator's lock, on two processes", () => {
  let services: TwoServices;
  let trap: MailTrap;

  beforeAll(async () => {
    trap = await MailTrap.start();
    services = await startTwoServices(trap.env);
  });

  afterAll(async () => {
    await services.stop();
    await trap.stop();
  });

  const lock = (id: string, until?: string, token = services.adminToken): Promise<ApiAnswer> =>
    services.first.api.post(`/v1/users/${id}/lock`, { reason: REASON, until }, { token });

  const unlock = (id: string): Promise<ApiAnswer> =>
    services.first.api.post(`/v1/users/${id}/unlock`, undefined, { token: services.adminToken });

  const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

  async function lockedUser(until?: string): Promise<TestUser> {
    const user = await services.aUser();
    expect((await lock(user.id, until)).status).toBe(204);
    return user;
  }

  /** Tries no sign-in meanwhile: those count towards the lockout. */
  async function untilActive(id: string, token = services.adminToken): Promise<Record<string, unknown>> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const { body } = await services.first.api.get(`/v1/users/${id}`, { token });
      if (body.status === 'active') return body;
      if (Date.now() > deadline) throw new Error('The lock did not end');
      await sleep(20);
    }
  }

  async function aHolderOf(role: string): Promise<TestUser> {
    const { first, adminToken } = services;
    const user = await services.aUser();
    const { body } = await first.api.get(`/v1/roles?name=${role}`, { token: adminToken });
    const roleId = (body.items as { id: string }[])[0]?.id;
    const grant = { principalType: 'user', principalId: user.id, roleId, effect: 'allow' };
    expect((await first.api.post('/v1/assignments', grant, { token: adminToken })).status).toBe(201);
    return user;
  }

  const anAdministrator = (): Promise<TestUser> => aHolderOf('administrator');

  async function aManager(): Promise<{ user: TestUser; token: string }> {
    const user = await aHolderOf('user-manager');
    return { user, token: (await services.first.api.signIn(user.username, PASSWORD)).accessToken };
  }

  it('shuts sign-in on both with the bytes that a wrong password gets, and refresh like any dead session', async () => {
    const user = await services.aUser();
    const tokens = await services.second.api.signIn(user.username, PASSWORD);
    expect((await lock(user.id)).status).toBe(204);
    await services.expectDead(tokens.accessToken);
    for (const { api } of [services.first, services.second]) {
      const [locked, wrong] = await Promise.all([
        api.login(user.username, PASSWORD),
        api.login(ADMIN.username, PASSWORD),
      ]);
      const comparable = ({ status, body, headers }: ApiAnswer): unknown => [
        status,
        { ...(body as object), requestId: '' },
        [...headers.keys()].sort(),
      ];
      expect(comparable(locked)).toEqual(comparable(wrong));
      const refreshed = await api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken });
      expect([refreshed.status, refreshed.body.code]).toEqual([401, 'AUTH.INVALID_REFRESH_TOKEN']);
    }
    expect(await services.trail('sign_in.failed', user.id)).toContain('account_locked');
    expect(await services.trail('user.locked', user.id)).toEqual([REASON]);
    expect(await services.trail('session.ended', tokens.sessionId)).toEqual(['account_locked']);
  });

  it('holds until an administrator takes it off, which revives no session', async () => {
    const user = await services.aUser();
    const before = await services.second.api.signIn(user.username, PASSWORD);
    await lock(user.id);
    const shown = await services.second.api.get(`/v1/users/${user.id}`, { token: services.adminToken });
    expect(shown.body).toMatchObject({ status: 'locked' });
    expect(shown.body.lockedUntil).toBeUndefined();
    expect((await unlock(user.id)).status).toBe(204);
    expect((await services.second.api.login(user.username, PASSWORD)).status).toBe(200);
    await services.expectDead(before.accessToken);
    const { refreshToken } = before;
    expect((await services.first.api.post('/v1/auth/refresh', { refreshToken })).status).toBe(401);
  });

  it('ends by itself at the time that it was given, and not before', async () => {
    const until = inSeconds(2);
    const user = await lockedUser(until);
    const token = services.adminToken;
    const path = `/v1/users/${user.id}`;
    const locked = await services.second.api.get(path, { token });
    expect(locked.body).toMatchObject({ status: 'locked', lockedUntil: until });
    expect((await services.second.api.login(user.username, PASSWORD)).status).toBe(401);
    const active = await untilActive(user.id);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    expect(active.lockedUntil).toBeUndefined();
    const { accessToken } = await services.second.api.signIn(user.username, PASSWORD);
    const change = { currentPassword: PASSWORD, newPassword: 'another and longer sentence' };
    const changed = await services.first.api.post('/v1/users/me/password', change, { token: accessToken });
    expect(changed.status).toBe(204);
  });

  it('takes a new end, and gives way to none that is over', async () => {
    const { id } = await lockedUser(inSeconds(60));
    expect((await lock(id)).status).toBe(204);
    const [row] = await services.sql<{ locked_until: Date | null }>(
      'SELECT locked_until FROM users WHERE id = $1',
      [id],
    );
    expect(row?.locked_until).toBeNull();
    const late = await lock(id, inSeconds(-60));
    expect([late.status, late.body.code, late.body.errors[0].pointer]).toEqual([
      422,
      'USER.LOCK_IN_THE_PAST',
      '/until',
    ]);
  });

  it('cuts off a sign-in that waits for its next step', async () => {
    const user = await services.aUser();
    await services.sql('UPDATE users SET must_change_password = true WHERE id = $1', [user.id]);
    const { body } = await services.second.api.login(user.username, PASSWORD);
    expect(body.status).toBe('password_change_required');
    await lock(user.id);
    const answer = await services.second.api.post('/v1/auth/password/change-required', {
      challengeId: body.challengeId as string,
      newPassword: 'another and longer sentence',
    });
    expect([answer.status, answer.body.code]).toEqual([401, 'AUTH.INVALID_CHALLENGE']);
  });

  it('is told to the owner by mail', async () => {
    const { username } = await lockedUser();
    const { content } = await trap.next(`${username}@example.com`, 'Your account was locked');
    expect(content).toContain('An administrator locked the account');
    expect(content).not.toContain(REASON);
  });

  it('may end as a disabled account, and comes back without a lock', async () => {
    const user = await lockedUser(inSeconds(60));
    const token = services.adminToken;
    for (const deed of ['disable', 'enable'])
      expect(
        (await services.first.api.post(`/v1/users/${user.id}/${deed}`, undefined, { token })).status,
      ).toBe(204);
    expect((await services.second.api.login(user.username, PASSWORD)).status).toBe(200);
  });

  it('is for active accounts only', async () => {
    const user = await services.aUser();
    const token = services.adminToken;
    await services.first.api.post(`/v1/users/${user.id}/disable`, undefined, { token });
    const answer = await lock(user.id);
    expect([answer.status, answer.body.code]).toEqual([409, 'USER.INVALID_TRANSITION']);
  });

  it('is not for oneself', async () => {
    const { user, token } = await aManager();
    const answer = await lock(user.id, undefined, token);
    expect([answer.status, answer.body.code]).toEqual([409, 'USER.OWN_ACCOUNT']);
  });

  it('is not for somebody more privileged, and the refusal is in the trail', async () => {
    const { user, token } = await aManager();
    const { body } = await services.first.api.get('/v1/auth/me', { token: services.adminToken });
    const answer = await lock(body.subject as string, undefined, token);
    expect([answer.status, answer.body.code]).toEqual([403, 'RBAC.TARGET_MORE_PRIVILEGED']);
    const trail = await services.first.api.get(`/v1/audit/events?action=access.denied&actor=${user.id}`, {
      token: services.adminToken,
    });
    expect(trail.body.items).toHaveLength(1);
  });

  it('taken off a disabled account makes no administrator of it who would count as the last one', async () => {
    const { first, adminToken } = services;
    const other = await anAdministrator();
    await first.api.post(`/v1/users/${other.id}/disable`, undefined, { token: adminToken });
    expect((await unlock(other.id)).status).toBe(204);
    const { body } = await first.api.get('/v1/auth/me', { token: adminToken });
    const answer = await first.api.post(`/v1/users/${body.subject as string}/disable`, undefined, {
      token: adminToken,
    });
    expect([answer.status, answer.body.code]).toEqual([409, 'RBAC.LAST_ADMINISTRATOR']);
  });

  it('that has ended keeps nobody from unlinking an identity', async () => {
    const { api } = services.first;
    const user = await services.aUser();
    const config = { issuer: 'https://login.corp.example', clientId: 'c', clientSecret: 's' };
    const record = { kind: 'oidc', slug: 'corporate', name: 'Corporate', config };
    const provider = await api.post('/v1/identity-providers', record, { token: services.adminToken });
    await services.sql(
      `INSERT INTO external_identities (provider_id, external_id, user_id, username, provisioned)
       VALUES ($1, 'a', $2, 'a', false)`,
      [provider.body.id, user.id],
    );
    await lock(user.id, inSeconds(1));
    await untilActive(user.id);
    const token = (await api.signIn(user.username, PASSWORD)).accessToken;
    expect((await api.delete('/v1/users/me/identities/corporate', { token })).status).toBe(204);
  });

  it('leaves one of two administrators who lock each other at the same time, and counts them again when it ends', async () => {
    const { first, second, adminToken } = services;
    const other = await anAdministrator();
    const theirs = (await second.api.signIn(other.username, PASSWORD)).accessToken;
    const me = (await first.api.get('/v1/auth/me', { token: adminToken })).body.subject as string;
    const until = inSeconds(1.5);
    const answers = await Promise.all([lock(other.id, until), lock(me, until, theirs)]);
    const won = answers.filter(({ status }) => status === 204);
    expect(won).toHaveLength(1);
    const [loser, winnersToken] = answers[0]?.status === 204 ? [other.id, adminToken] : [me, theirs];
    const winner = loser === me ? other.id : me;
    // The one who is locked is an administrator again once the lock is over, so the other one may go.
    await untilActive(loser, winnersToken);
    const name = loser === me ? ADMIN : { username: other.username, password: PASSWORD };
    const { accessToken } = await first.api.signIn(name.username, name.password);
    expect((await lock(winner, undefined, accessToken)).status).toBe(204);
    await services.expectDead(winnersToken);
  });
});
