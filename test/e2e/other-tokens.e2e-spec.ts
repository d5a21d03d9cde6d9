import { MailTrap } from '../support/mail-trap';
import { anEnrolledUser, challengeOf } from '../support/second-factors';
import { startTwoServices, type TwoServices } from '../support/two-services';

describe('what we hand out and is no access token', () => {
  let trap: MailTrap;
  let services: TwoServices;
  let tokens: Record<string, string>;

  beforeAll(async () => {
    trap = await MailTrap.start();
    services = await startTwoServices({
      ...trap.env,
      ACCOUNT_PAGES_URL: 'https://console.corp.example/account',
    });
    const { api } = services.first;
    const { username, secret, recoveryCodes } = await anEnrolledUser(services);
    const mailbox = `${username}@example.com`;
    const verification = await trap.next(mailbox, 'Confirm your email address');
    await api.post('/v1/auth/password/forgot', { email: mailbox });
    const reset = await trap.next(mailbox, 'Choose a new password');
    const invited = { username: 'invited', email: 'invited@example.com', displayName: 'Invited' };
    const { body: user } = await api.post('/v1/users', invited, { token: services.adminToken });
    await api.post(`/v1/users/${user.id}/invite`, undefined, { token: services.adminToken });
    const invitation = await trap.next(invited.email, 'Your new account');
    tokens = {
      'the challenge of a pending sign-in': await challengeOf(api, username),
      'the token of a reset': reset.token,
      'the token of a verification': verification.token,
      'the token of an invitation': invitation.token,
      'a recovery code': recoveryCodes[0] ?? '',
      'the secret of a factor': secret,
    };
  });

  afterAll(async () => {
    await services.stop();
    await trap.stop();
  });

  it.each([
    'the challenge of a pending sign-in',
    'the token of a reset',
    'the token of a verification',
    'the token of an invitation',
    'a recovery code',
    'the secret of a factor',
  ])('C: %s is no bearer token, and refreshes and ends nothing', async (name) => {
    const token = tokens[name] ?? '';
    expect(token).not.toBe('');
    for (const { api } of [services.first, services.second]) {
      const { status, body } = await api.get('/v1/auth/me', { token });
      expect([status, body.code]).toEqual([401, 'AUTH.TOKEN_INVALID']);
      const refreshed = await api.post('/v1/auth/refresh', { refreshToken: token });
      expect([refreshed.status, refreshed.body.code]).toEqual([401, 'AUTH.INVALID_REFRESH_TOKEN']);
    }
    expect((await services.first.api.post('/v1/auth/logout', {}, { token })).status).toBe(204);
    expect(await services.sql('SELECT 1 FROM sessions WHERE ended_at IS NOT NULL')).toEqual([]);
  });
});
