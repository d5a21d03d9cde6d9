import type { ApiClient } from '../support/api-client';
import { claimsOf, forgetLastStep, totpCode } from '../support/second-factors';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const TOTP = '/v1/users/me/mfa/totp';

describe('a role that requires a second factor', () => {
  let services: TwoServices;
  let first: ApiClient;
  let second: ApiClient;
  let roleId: string;

  beforeAll(async () => {
    services = await startTwoServices({ RATE_LIMIT_MFA_PER_CHALLENGE: '6' });
    first = services.first.api;
    second = services.second.api;
    const role = { name: 'guarded', grants: ['users:read'], requiresMfa: true };
    const { body } = await first.post('/v1/roles', role, { token: services.adminToken });
    roleId = body.id as string;
  });

  afterAll(() => services.stop());

  const assign = async (user: TestUser) => {
    const body = { principalType: 'user', principalId: user.id, roleId, effect: 'allow' };
    const { status } = await first.post('/v1/assignments', body, { token: services.adminToken });
    expect(status).toBe(201);
  };

  const aHolder = async () => {
    const user = await services.aUser();
    await assign(user);
    return user;
  };

  const enrolmentOf = async ({ username }: TestUser): Promise<string> => {
    const { status, body } = await first.login(username, PASSWORD);
    expect([status, body]).toEqual([
      200,
      { status: 'mfa_enrolment_required', challengeId: expect.any(String) },
    ]);
    return body.challengeId as string;
  };

  it('lets its holder sign in by enrolling one, on whichever process, and asks for it from then on', async () => {
    const user = await aHolder();
    const challengeId = await enrolmentOf(user);
    const { secret } = (await second.post(TOTP, { challengeId })).body;
    const code = await totpCode(secret as string);
    const { status, body } = await first.post(`${TOTP}/confirm`, { challengeId, code });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'authenticated', refreshToken: expect.any(String) });
    expect(body.recoveryCodes).toHaveLength(10);
    const { acr, amr } = claimsOf(body.accessToken as string);
    expect([acr, amr]).toEqual(['aal2', ['pwd', 'otp', 'mfa']]);
    expect((await second.get('/v1/users?limit=1', { token: body.accessToken })).status).toBe(200);
    expect((await second.post('/v1/auth/refresh', { refreshToken: body.refreshToken })).status).toBe(200);
    expect((await second.login(user.username, PASSWORD)).body.status).toBe('mfa_required');
  });

  it('leaves nothing but enrolment reachable without one', async () => {
    const user = await aHolder();
    const challengeId = await enrolmentOf(user);
    expect((await first.get('/v1/auth/me', { token: challengeId })).status).toBe(401);
    expect((await first.post('/v1/auth/refresh', { refreshToken: challengeId })).status).toBe(401);
    const mfa = { challengeId, method: 'totp', code: '000000' };
    expect((await first.post('/v1/auth/mfa', mfa)).body.code).toBe('AUTH.INVALID_CHALLENGE');
    const change = { challengeId, newPassword: 'another long and quiet sentence' };
    const changed = await first.post('/v1/auth/password/change-required', change);
    expect(changed.body.code).toBe('AUTH.INVALID_CHALLENGE');
    const { items } = (await first.get(`/v1/users/${user.id}/sessions`, { token: services.adminToken })).body;
    expect(items).toEqual([]);
  });

  it('takes a wrong code for no factor, and a challenge only once, of those that race', async () => {
    const user = await aHolder();
    const challengeId = await enrolmentOf(user);
    const { secret } = (await first.post(TOTP, { challengeId })).body;
    const wrong = await first.post(`${TOTP}/confirm`, {
      challengeId,
      code: await totpCode(secret as string, 1),
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    const code = await totpCode(secret as string);
    const answers = await Promise.all(
      [first, second, first].map((api) => api.post(`${TOTP}/confirm`, { challengeId, code })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await forgetLastStep(services, user.id);
    expect((await second.post(TOTP, { challengeId })).body.code).toBe('AUTH.INVALID_CHALLENGE');
  });

  it('means whom the challenge names, whatever token comes along', async () => {
    const user = await aHolder();
    const challengeId = await enrolmentOf(user);
    expect((await first.post(TOTP, { challengeId }, { token: services.adminToken })).status).toBe(200);
    const pending = await services.sql<{ user_id: string }>('SELECT user_id FROM totp_enrolments');
    expect(pending.map((row) => row.user_id)).toContain(user.id);
    const { subject } = (await first.get('/v1/auth/me', { token: services.adminToken })).body;
    expect(pending.map((row) => row.user_id)).not.toContain(subject);
    expect((await first.post(TOTP, {})).body.code).toBe('AUTH.TOKEN_MISSING');
    expect((await first.post(TOTP, { challengeId: 'made up' })).body.code).toBe('AUTH.INVALID_CHALLENGE');
  });

  it('works through groups, and ends weaker sessions at their next refresh', async () => {
    const user = await services.aUser();
    const { refreshToken, accessToken: token } = await first.signIn(user.username, PASSWORD);
    const { adminToken } = services;
    const { id: groupId } = (
      await first.post('/v1/groups', { name: 'guarded people' }, { token: adminToken })
    ).body;
    const assignment = { principalType: 'group', principalId: groupId, roleId, effect: 'allow' };
    await first.post('/v1/assignments', assignment, { token: adminToken });
    const member = { principalType: 'user', principalId: user.id };
    await first.post(`/v1/groups/${groupId as string}/members`, member, { token: adminToken });
    const refused = await first.post('/v1/auth/refresh', { refreshToken });
    expect([refused.status, refused.body.code]).toEqual([401, 'AUTH.INVALID_REFRESH_TOKEN']);
    await services.expectDead(token);
    await enrolmentOf(user);
  });

  it('lets somebody signed in already enrol, and then not give the factor up', async () => {
    const user = await services.aUser();
    const { accessToken: token } = await first.signIn(user.username, PASSWORD);
    await assign(user);
    const change = { currentPassword: PASSWORD, newPassword: 'another long and quiet sentence' };
    const refused = await first.post('/v1/users/me/password', change, { token });
    expect([refused.status, refused.body.acrValues]).toEqual([401, 'aal2']);
    const { secret } = (await first.post(TOTP, {}, { token })).body;
    const { body } = await first.post(
      `${TOTP}/confirm`,
      { code: await totpCode(secret as string) },
      { token },
    );
    const given = await first.delete(TOTP, { token: body.accessToken });
    expect([given.status, given.body.code]).toEqual([409, 'MFA.REQUIRED_BY_ROLE']);
    expect((await first.get(TOTP, { token: body.accessToken })).body).toMatchObject({
      enabled: true,
      required: true,
    });
  });

  it('asks for the factor after a password that had to be changed, too', async () => {
    const user = await aHolder();
    await services.sql('UPDATE users SET must_change_password = true WHERE id = $1', [user.id]);
    const { body } = await first.login(user.username, PASSWORD);
    expect(body.status).toBe('password_change_required');
    const change = {
      challengeId: body.challengeId as string,
      newPassword: 'another long and quiet sentence',
    };
    const changed = await second.post('/v1/auth/password/change-required', change);
    expect([changed.status, changed.body.status]).toEqual([200, 'mfa_enrolment_required']);
  });

  it('limits guesses at one challenge, on both processes together', async () => {
    const user = await aHolder();
    const challengeId = await enrolmentOf(user);
    const answers = [];
    for (let attempt = 0; attempt < 7; attempt++)
      answers.push(await first.post(`${TOTP}/confirm`, { challengeId, code: '000000' }));
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409, 409, 429]);
    expect(answers.at(-1)?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await second.post(`${TOTP}/confirm`, { challengeId, code: '000000' })).status).toBe(429);
  });
});
