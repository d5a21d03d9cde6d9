import { v7 as uuidv7 } from 'uuid';
import type { ApiClient, Tokens } from '../support/api-client';
import { ageSession, anEnrolledUser, challengeOf, claimsOf, totpCode } from '../support/second-factors';
import { ADMIN } from '../support/service';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const STEP_UP = '/v1/auth/step-up';
const TOTP = '/v1/users/me/mfa/totp';
const ADMINISTRATOR_ROLE = '00000000-0000-7000-8000-000000000001';
const AUDITOR_ROLE = '00000000-0000-7000-8000-000000000003';
const TEN_MINUTES = 600;

describe('step-up', () => {
  let services: TwoServices;
  let first: ApiClient;
  let second: ApiClient;

  beforeAll(async () => {
    services = await startTwoServices();
    first = services.first.api;
    second = services.second.api;
  });

  afterAll(() => services.stop());

  /** A live session that began ten minutes ago, with a token that says so. */
  const aged = async ({ sessionId, refreshToken }: Tokens): Promise<Tokens> => {
    await ageSession(services, sessionId, TEN_MINUTES);
    return (await first.post('/v1/auth/refresh', { refreshToken })).body as Tokens;
  };

  const anAgedSession = async (username: string, password = PASSWORD) =>
    aged(await first.signIn(username, password));

  const changePassword = (api: ApiClient, token: string) =>
    api.post(
      '/v1/users/me/password',
      { currentPassword: PASSWORD, newPassword: `a new sentence, ${uuidv7()}` },
      { token },
    );

  const expectChallenge = ({ status, body }: { status: number; body: object }, acr: string) => {
    expect(status).toBe(401);
    expect(body).toMatchObject({
      code: 'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      acrValues: acr,
      maxAge: 300,
    });
  };

  describe('of somebody with a password alone', () => {
    it('is asked of a 10-minute-old authentication, and the password answers it', async () => {
      const user = await services.aUser();
      const { accessToken: old } = await anAgedSession(user.username);
      const wanted = [
        await changePassword(first, old),
        await first.post(TOTP, {}, { token: old }),
        await first.post(`${TOTP}/confirm`, { code: '000000' }, { token: old }),
      ];
      for (const refused of wanted) expectChallenge(refused, 'aal1');
      const { status, body } = await second.post(
        STEP_UP,
        { method: 'password', password: PASSWORD },
        { token: old },
      );
      expect(status).toBe(200);
      const { auth_time, acr, amr } = claimsOf(body.accessToken);
      expect([acr, amr, body.authTime]).toEqual(['aal1', ['pwd'], auth_time]);
      expect(Math.abs(auth_time - Date.now() / 1_000)).toBeLessThan(60);
      expect((await changePassword(first, body.accessToken as string)).status).toBe(204);
      expect(await services.trail('step_up.succeeded', user.id)).toEqual(['success']);
    });

    it('does not raise the level, and knows no second factor', async () => {
      const user = await services.aUser();
      const { accessToken: token } = await first.signIn(user.username, PASSWORD);
      const { status, body } = await first.post(STEP_UP, { method: 'totp', code: '000000' }, { token });
      expect([status, body.code]).toEqual([409, 'MFA.NOT_ENROLLED']);
    });
  });

  describe('of somebody with a second factor', () => {
    it('a stolen access token alone disables nothing and shows no codes: 401 insufficient_user_authentication', async () => {
      const user = await anEnrolledUser(services);
      const challengeId = await challengeOf(first, user.username);
      const signedIn = await first.post('/v1/auth/mfa', {
        challengeId,
        method: 'totp',
        code: await totpCode(user.secret),
      });
      const { accessToken: old } = await aged(signedIn.body as Tokens);
      expect(claimsOf(old).acr).toBe('aal2');
      const wanted = [
        await first.delete(TOTP, { token: old }),
        await first.post('/v1/users/me/mfa/recovery-codes', undefined, { token: old }),
        await first.post(TOTP, {}, { token: old }),
        await changePassword(first, old),
      ];
      for (const refused of wanted) expectChallenge(refused, 'aal2');
      expect(wanted[0]?.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
    });

    it('asks for that factor: the password alone makes nothing fresh', async () => {
      const user = await anEnrolledUser(services);
      const body = { method: 'password', password: PASSWORD };
      const refused = await first.post(STEP_UP, body, { token: user.token });
      expect([refused.status, refused.body.code, refused.body.acrValues]).toEqual([
        401,
        'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
        'aal2',
      ]);
    });

    it.each(['totp', 'recovery_code'] as const)('is answered by %s', async (method) => {
      const user = await anEnrolledUser(services);
      const { sessionId } = (await first.get('/v1/auth/me', { token: user.token })).body;
      const { accessToken: old } = await aged({
        accessToken: user.token,
        refreshToken: user.refreshToken,
        sessionId,
      });
      const code = method === 'totp' ? await totpCode(user.secret) : user.recoveryCodes[0]!;
      const { status, body } = await second.post(STEP_UP, { method, code }, { token: old });
      expect([status, body.sessionId, body.acr]).toEqual([200, sessionId, 'aal2']);
      expect(new Set(body.amr)).toEqual(new Set(['pwd', 'otp', 'mfa']));
      expect((await first.delete(TOTP, { token: body.accessToken })).status).toBe(204);
    });

    it('spends the code: one used at step-up signs nobody in, nor steps up again, on either process', async () => {
      const user = await anEnrolledUser(services);
      const body = { method: 'totp', code: await totpCode(user.secret) };
      const answers = await Promise.all(
        [first, second, first, second].map((api) => api.post(STEP_UP, body, { token: user.token })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const challengeId = await challengeOf(first, user.username);
      const signIn = await second.post('/v1/auth/mfa', { challengeId, ...body });
      expect([signIn.status, signIn.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    });

    it('after a step-up the session lists what was proved', async () => {
      const user = await services.aUser();
      const { accessToken } = await first.signIn(user.username, PASSWORD);
      const { secret } = (await first.post(TOTP, {}, { token: accessToken })).body;
      const { body } = await first.post(
        `${TOTP}/confirm`,
        { code: await totpCode(secret as string) },
        { token: accessToken },
      );
      const { items } = (await first.get('/v1/sessions', { token: body.accessToken })).body;
      expect(new Set(items[0].methods)).toEqual(new Set(['pwd', 'otp', 'mfa']));
    });
  });

  describe('guesses', () => {
    const guess = (api: ApiClient, token: string) =>
      api.post(STEP_UP, { method: 'totp', code: '000000' }, { token });

    it('lock the step-up of the account, on both processes, and not its sign-in', async () => {
      const user = await anEnrolledUser(services);
      for (let attempt = 0; attempt < 5; attempt++)
        expect((await guess(attempt % 2 === 0 ? first : second, user.token)).status).toBe(401);
      const code = await totpCode(user.secret);
      const locked = await second.post(STEP_UP, { method: 'totp', code }, { token: user.token });
      expect([locked.status, locked.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
      expect(await services.trail('step_up.failed', user.id)).toContain('locked_out');
      const challengeId = await challengeOf(first, user.username);
      const signedIn = await first.post('/v1/auth/mfa', { challengeId, method: 'totp', code });
      expect(signedIn.status).toBe(200);
    });

    it('from outside, which lock the sign-in, leave the step-up of a live session open', async () => {
      const user = await anEnrolledUser(services);
      for (let attempt = 0; attempt < 5; attempt++)
        await second.login(user.username, 'a wrong and quiet sentence');
      expect((await first.login(user.username, PASSWORD)).status).toBe(401);
      const body = { method: 'totp', code: await totpCode(user.secret) };
      expect((await first.post(STEP_UP, body, { token: user.token })).status).toBe(200);
    });
  });

  describe('is asked of administrators', () => {
    const give = (token: string, user: TestUser, roleId: string) =>
      first.post(
        '/v1/assignments',
        { principalType: 'user', principalId: user.id, roleId, effect: 'allow' },
        { token },
      );

    it('who assign a role with critical permissions, and of no others', async () => {
      const user = await services.aUser();
      const { accessToken: old } = await anAgedSession(ADMIN.username, ADMIN.password);
      expectChallenge(await give(old, user, ADMINISTRATOR_ROLE), 'aal1');
      expect((await give(old, user, AUDITOR_ROLE)).status).toBe(201);
      const body = { method: 'password', password: ADMIN.password };
      const { accessToken } = (await first.post(STEP_UP, body, { token: old })).body;
      expect((await give(accessToken as string, user, ADMINISTRATOR_ROLE)).status).toBe(201);
    });

    it('who put somebody into a group that has such a role', async () => {
      const user = await services.aUser();
      const { adminToken: token } = services;
      const { id: groupId } = (await first.post('/v1/groups', { name: 'the mighty' }, { token })).body;
      const assignment = {
        principalType: 'group',
        principalId: groupId,
        roleId: ADMINISTRATOR_ROLE,
        effect: 'allow',
      };
      expect((await first.post('/v1/assignments', assignment, { token })).status).toBe(201);
      const { accessToken: old } = await anAgedSession(ADMIN.username, ADMIN.password);
      const member = { principalType: 'user', principalId: user.id };
      const members = `/v1/groups/${groupId as string}/members`;
      expectChallenge(await first.post(members, member, { token: old }), 'aal1');
      expect((await first.post(members, member, { token })).status).toBe(201);
    });

    it('who give critical permissions to a role that somebody holds, or take them out of one', async () => {
      const { adminToken: token } = services;
      const { id } = (await first.post('/v1/roles', { name: 'harmless so far' }, { token })).body;
      const { accessToken: old } = await anAgedSession(ADMIN.username, ADMIN.password);
      const patch = (body: object, ifMatch: number, by: string) =>
        first.patch(`/v1/roles/${id as string}`, body, { token: by, ifMatch });
      expectChallenge(await patch({ grants: ['identity-providers:*'] }, 1, old), 'aal1');
      expectChallenge(await patch({ parents: [ADMINISTRATOR_ROLE] }, 1, old), 'aal1');
      expect((await patch({ grants: ['users:read'] }, 1, old)).status).toBe(200);
      expect((await patch({ grants: ['identity-providers:*'] }, 2, token)).status).toBe(200);
      expect((await patch({ description: 'not harmless any more' }, 3, old)).status).toBe(200);
      expectChallenge(await patch({ grants: [] }, 4, old), 'aal1');
    });

    it('who switch whether a role requires a second factor, and not for what else they change of it', async () => {
      const { adminToken: token } = services;
      const { id } = (await first.post('/v1/roles', { name: 'hardly guarded' }, { token })).body;
      const { accessToken: old } = await anAgedSession(ADMIN.username, ADMIN.password);
      const patch = (body: object, ifMatch: number, by: string) =>
        first.patch(`/v1/roles/${id as string}`, body, { token: by, ifMatch });
      expectChallenge(await patch({ requiresMfa: true }, 1, old), 'aal1');
      expect((await patch({ requiresMfa: false, description: 'as it was' }, 1, old)).status).toBe(200);
      expect((await patch({ requiresMfa: true }, 2, token)).status).toBe(200);
    });

    it("who reset somebody's second factor", async () => {
      const user = await anEnrolledUser(services);
      const { accessToken: old } = await anAgedSession(ADMIN.username, ADMIN.password);
      expectChallenge(await first.delete(`/v1/users/${user.id}/mfa`, { token: old }), 'aal1');
    });

    it('who delete an account, erase a person or revoke a signing key', async () => {
      const user = await services.aUser();
      const { accessToken: old } = await anAgedSession(ADMIN.username, ADMIN.password);
      const { body: keys } = await first.get('/v1/signing-keys', { token: old });
      const [{ kid }] = keys.items as [{ kid: string }];
      const account = `/v1/users/${user.id}`;
      const wanted = [
        await first.delete(account, { token: old, ifMatch: 1 }),
        await first.post(`${account}/erase`, { reason: 'asked for by letter' }, { token: old }),
        await first.post(`/v1/signing-keys/${kid}/revoke`, undefined, { token: old }),
      ];
      for (const refused of wanted) expectChallenge(refused, 'aal1');
      expect((await first.login(user.username, PASSWORD)).status).toBe(200);
      expect((await first.get('/v1/auth/me', { token: old })).status).toBe(200);
    });
  });

  it.each([
    {},
    { method: 'password' },
    { method: 'totp' },
    { method: 'totp', password: PASSWORD },
    { method: 'sms', code: '000000' },
    { method: 'totp', code: 123_456 },
    { method: 'totp', code: '' },
    [],
  ])('refuses the body %j', async (body) => {
    const { status } = await first.post(STEP_UP, body, { token: services.adminToken });
    expect(status).toBe(400);
  });
});
