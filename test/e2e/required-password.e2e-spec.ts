import { totpCode } from '../support/second-factors';
import { startService } from '../support/service';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

/** Enough where everybody has to have a second factor. */
const SHORT = 'vex qu j';

describe('a password that must be changed', () => {
  let services: TwoServices;

  beforeAll(async () => {
    services = await startTwoServices();
  });

  afterAll(() => services.stop());

  it('D: once it is, every session of before is dead, on every process and in the list', async () => {
    const { first, second } = services;
    const { id, username } = await services.aUser();
    const before = await second.api.signIn(username, PASSWORD);
    await services.sql('UPDATE users SET must_change_password = true WHERE id = $1', [id]);
    const challengeId = (await first.api.login(username, PASSWORD)).body.challengeId as string;
    const choice = { challengeId, newPassword: 'another long and quiet sentence' };
    const { status, body } = await first.api.post('/v1/auth/password/change-required', choice);
    expect([status, body.status]).toEqual([200, 'authenticated']);
    await services.expectDead(before.accessToken);
    const refreshed = await second.api.post('/v1/auth/refresh', { refreshToken: before.refreshToken });
    expect(refreshed.status).toBe(401);
    const { items } = (await second.api.get('/v1/sessions', { token: body.accessToken as string })).body;
    expect((items as { id: string }[]).map((session) => session.id)).toEqual([body.sessionId]);
    // Not by its epoch alone: the trail says that it ended, and why.
    expect(await services.trail('session.ended', before.sessionId)).toEqual(['password_changed']);
    const again = await second.api.post('/v1/auth/password/change-required', choice);
    expect([again.status, again.body.code]).toEqual([401, 'AUTH.INVALID_CHALLENGE']);
  });

  it('A: is one that was long enough beside a second factor, once that is required of nobody any more', async () => {
    const { first, adminToken: token } = services;
    const strict = await startService(services.url, { MFA_REQUIRED: 'true' });
    const user = { username: 'brief', email: 'brief@example.com', displayName: 'Somebody', password: SHORT };
    try {
      expect((await strict.api.post('/v1/users', user, { token })).status).toBe(201);
      expect((await strict.api.login(user.username, SHORT)).body.status).toBe('mfa_enrolment_required');
    } finally {
      await strict.stop();
    }
    expect((await first.api.login(user.username, 'vex qu k')).status).toBe(401);
    const { body } = await first.api.login(user.username, SHORT);
    expect(body).toEqual({ status: 'password_change_required', challengeId: expect.any(String) });
    const change = (newPassword: string) =>
      first.api.post('/v1/auth/password/change-required', { challengeId: body.challengeId, newPassword });
    expect((await change('qu vexed')).body.code).toBe('USER.PASSWORD_TOO_SHORT');
    expect((await change(PASSWORD)).body.status).toBe('authenticated');
    await services.second.api.signIn(user.username, PASSWORD);
  });

  it('A, E: stays beside a second factor: the password alone must not be enough to replace it', async () => {
    const { first, adminToken: token } = services;
    const strict = await startService(services.url, { MFA_REQUIRED: 'true' });
    const user = {
      username: 'guarded',
      email: 'guarded@example.com',
      displayName: 'Somebody',
      password: SHORT,
    };
    try {
      expect((await strict.api.post('/v1/users', user, { token })).status).toBe(201);
      const { challengeId } = (await strict.api.login(user.username, SHORT)).body;
      const setup = await strict.api.post('/v1/users/me/mfa/totp', { challengeId });
      const code = await totpCode(setup.body.secret as string);
      const confirmed = await strict.api.post('/v1/users/me/mfa/totp/confirm', { challengeId, code });
      expect(confirmed.status).toBe(200);
    } finally {
      await strict.stop();
    }
    expect((await first.api.login(user.username, SHORT)).body.status).toBe('mfa_required');
  });
});
