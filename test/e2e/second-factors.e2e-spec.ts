import {
  anEnrolledUser,
  challengeOf,
  claimsOf,
  forgetLastStep,
  totpCode,
  type EnrolledUser,
} from '../support/second-factors';
import type { ApiClient, Tokens } from '../support/api-client';
import { startService } from '../support/service';
import { PASSWORD, startTwoServices, type TwoServices } from '../support/two-services';

const TOTP = '/v1/users/me/mfa/totp';

describe('second factors', () => {
  let services: TwoServices;
  let first: ApiClient;
  let second: ApiClient;

  beforeAll(async () => {
    services = await startTwoServices({ RATE_LIMIT_MFA_PER_CHALLENGE: '100' });
    first = services.first.api;
    second = services.second.api;
  });

  afterAll(() => services.stop());

  const answer = (api: ApiClient, challengeId: string, code: string, method = 'totp') =>
    api.post('/v1/auth/mfa', { challengeId, method, code });

  const signInWith = async (user: EnrolledUser, code: string, method = 'totp') =>
    answer(second, await challengeOf(first, user.username), code, method);

  describe('enrolment', () => {
    it('shows a secret of 160 bits once, as text, URI and QR code, and stores it encrypted', async () => {
      const user = await services.aUser();
      const { accessToken: token } = await first.signIn(user.username, PASSWORD);
      const { body } = await first.post(TOTP, undefined, { token });
      expect(body.secret).toMatch(/^[A-Z2-7]{32}$/);
      expect(body.otpauthUri).toContain(
        `:${user.username}?secret=${body.secret as string}&issuer=Portcullis`,
      );
      expect(body.qrSvg).toMatch(/^<svg /);
      const [row] = await services.sql<{ secret_ciphertext: Buffer }>(
        'SELECT secret_ciphertext FROM totp_enrolments WHERE user_id = $1',
        [user.id],
      );
      expect(row?.secret_ciphertext.toString('latin1')).not.toContain(body.secret);
      const state = (await first.get(TOTP, { token })).body;
      expect(state).toEqual({ enabled: false, required: false, confirmedAt: null, recoveryCodesLeft: 0 });
    });

    it('leaves the factor off where it is confirmed with a wrong code, or abandoned past ten minutes', async () => {
      const user = await services.aUser();
      const { accessToken: token } = await first.signIn(user.username, PASSWORD);
      const { secret } = (await first.post(TOTP, {}, { token })).body;
      for (const steps of [-2, -1, 1]) {
        const code = await totpCode(secret, steps);
        const refused = await first.post(`${TOTP}/confirm`, { code }, { token });
        expect([refused.status, refused.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
      }
      expect(await services.trail('mfa.totp-enrolment-failed', user.id)).toEqual(
        Array.from({ length: 3 }, () => 'wrong_code'),
      );
      await services.sql('UPDATE totp_enrolments SET expires_at = statement_timestamp() WHERE user_id = $1', [
        user.id,
      ]);
      const late = await first.post(`${TOTP}/confirm`, { code: await totpCode(secret) }, { token });
      expect([late.status, late.body.code]).toEqual([409, 'MFA.NO_ENROLMENT']);
      expect((await first.login(user.username, PASSWORD)).body.status).toBe('authenticated');
    });

    it('ends everything else; the session that enrolled goes on, stronger, at the new epoch', async () => {
      const user = await services.aUser();
      const { accessToken: elsewhere } = await second.signIn(user.username, PASSWORD);
      const { accessToken: before, refreshToken } = await first.signIn(user.username, PASSWORD);
      const { secret } = (await first.post(TOTP, {}, { token: before })).body;
      const { body } = await first.post(
        `${TOTP}/confirm`,
        { code: await totpCode(secret) },
        { token: before },
      );
      expect(claimsOf(body.accessToken)).toMatchObject({
        acr: 'aal2',
        amr: ['pwd', expect.any(String), expect.any(String)],
        epoch: claimsOf(before).epoch + 1,
      });
      expect(new Set(claimsOf(body.accessToken).amr)).toEqual(new Set(['pwd', 'otp', 'mfa']));
      expect(body.recoveryCodes).toHaveLength(10);
      expect(body).not.toHaveProperty('refreshToken');
      expect((await first.get('/v1/auth/me', { token: body.accessToken })).body.acr).toBe('aal2');
      await services.expectDead(before);
      await services.expectDead(elsewhere);
      expect((await second.post('/v1/auth/refresh', { refreshToken })).status).toBe(200);
      expect(await services.trail('mfa.totp-enrolled', user.id)).toEqual(['success']);
    });

    it('spends the code that confirmed: it signs nobody in', async () => {
      const user = await services.aUser();
      const { accessToken: token } = await first.signIn(user.username, PASSWORD);
      const { secret } = (await first.post(TOTP, {}, { token })).body;
      const code = await totpCode(secret);
      expect((await first.post(`${TOTP}/confirm`, { code }, { token })).status).toBe(200);
      const again = await answer(second, await challengeOf(first, user.username), code);
      expect([again.status, again.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    });

    it('of a further one needs the old factor, which stays until the new one is confirmed', async () => {
      const user = await anEnrolledUser(services);
      const { secret } = (await first.post(TOTP, {}, { token: user.token })).body;
      expect(secret).not.toBe(user.secret);
      const { body: old } = await signInWith(user, await totpCode(user.secret));
      expect(old.status).toBe('authenticated');
      const code = await totpCode(secret);
      const replaced = await first.post(`${TOTP}/confirm`, { code }, { token: user.token });
      expect(replaced.status).toBe(200);
      await forgetLastStep(services, user.id);
      expect((await signInWith(user, await totpCode(user.secret))).status).toBe(401);
      expect((await signInWith(user, user.recoveryCodes[0]!, 'recovery_code')).status).toBe(401);
      expect((await signInWith(user, await totpCode(secret))).status).toBe(200);
    });
  });

  describe('sign-in', () => {
    it('asks for a code after the password, and says in the token what was proved', async () => {
      const user = await anEnrolledUser(services);
      const { status, body } = await signInWith(user, await totpCode(user.secret));
      expect(status).toBe(200);
      const { amr, acr, auth_time } = claimsOf(body.accessToken);
      expect([amr, acr]).toEqual([['pwd', 'otp', 'mfa'], 'aal2']);
      expect(Math.abs(auth_time - Date.now() / 1_000)).toBeLessThan(60);
      const { items } = (await first.get('/v1/sessions', { token: body.accessToken })).body;
      expect(items[0].methods).toEqual(['pwd', 'otp', 'mfa']);
    });

    it.each([-2, -1, 1])('refuses a code of step %i', async (steps) => {
      const user = await anEnrolledUser(services);
      const { status, body } = await signInWith(user, await totpCode(user.secret, steps));
      expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    });

    it('accepts the step before where TOTP_ACCEPT_PREVIOUS_STEP says so, and never the one to come', async () => {
      const lenient = await startService(services.url, { TOTP_ACCEPT_PREVIOUS_STEP: 'true' });
      try {
        const user = await anEnrolledUser(services);
        const attempt = async (steps: number) => {
          const challengeId = await challengeOf(first, user.username);
          return (await answer(lenient.api, challengeId, await totpCode(user.secret, steps))).status;
        };
        expect([await attempt(1), await attempt(-2), await attempt(-1), await attempt(-1)]).toEqual([
          401, 401, 200, 401,
        ]);
      } finally {
        await lenient.stop();
      }
    });

    it('asks for the factor after the password was changed', async () => {
      const user = await anEnrolledUser(services);
      const newPassword = 'another long and quiet sentence';
      const change = { currentPassword: PASSWORD, newPassword };
      const changed = await first.post('/v1/users/me/password', change, { token: user.token });
      expect(changed.status).toBe(204);
      expect((await second.login(user.username, newPassword)).body.status).toBe('mfa_required');
    });

    it('accepts a code once, of four that race on two processes', async () => {
      const user = await anEnrolledUser(services);
      const challenges = await Promise.all(
        Array.from({ length: 4 }, () => challengeOf(first, user.username)),
      );
      const code = await totpCode(user.secret);
      const answers = await Promise.all(
        challenges.map((challengeId, index) => answer(index % 2 === 0 ? first : second, challengeId, code)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('accepts a recovery code once, of twenty parallel uses on two processes, and says so in the trail', async () => {
      const user = await anEnrolledUser(services);
      const code = user.recoveryCodes[3]!;
      const challengeId = await challengeOf(first, user.username);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          answer(index % 2 === 0 ? first : second, challengeId, code, 'recovery_code'),
        ),
      );
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      expect(answers.every(({ status }) => status === 200 || status === 401)).toBe(true);
      const token = won[0]?.body.accessToken as string;
      expect((await first.get(TOTP, { token })).body.recoveryCodesLeft).toBe(9);
      expect(await services.trail('mfa.recovery-code-used', user.id)).toEqual(['success']);
      await first.post(`/v1/users/${user.id}/unlock`, undefined, { token: services.adminToken });
      expect((await signInWith(user, code, 'recovery_code')).status).toBe(401);
    });

    it('refuses prefixes and changed characters of a recovery code, and takes it as it is typed', async () => {
      const user = await anEnrolledUser(services);
      const code = user.recoveryCodes[0]!;
      for (const wrong of [code.slice(0, -1), `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`])
        expect((await signInWith(user, wrong, 'recovery_code')).status).toBe(401);
      const typed = ` ${code.toLowerCase().replaceAll('-', ' ')}`;
      expect((await signInWith(user, typed, 'recovery_code')).status).toBe(200);
    });

    it("refuses a challenge of user A with B's code, and A's code with B's challenge", async () => {
      const [a, b] = [await anEnrolledUser(services), await anEnrolledUser(services)];
      const challengeOfA = await challengeOf(first, a.username);
      for (const [code, method] of [
        [await totpCode(b.secret), 'totp'],
        [b.recoveryCodes[0]!, 'recovery_code'],
      ] as const) {
        const refused = await answer(second, challengeOfA, code, method);
        expect([refused.status, refused.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
      }
      // None of it was spent.
      expect((await signInWith(b, await totpCode(b.secret))).status).toBe(200);
      expect((await answer(second, challengeOfA, await totpCode(a.secret))).status).toBe(200);
    });

    it('lets a challenge be answered once, for ten minutes, and for nothing else', async () => {
      const user = await anEnrolledUser(services);
      const challengeId = await challengeOf(first, user.username);
      expect((await answer(first, challengeId, await totpCode(user.secret))).status).toBe(200);
      await forgetLastStep(services, user.id);
      const again = await answer(second, challengeId, await totpCode(user.secret));
      expect([again.status, again.body.code]).toEqual([401, 'AUTH.INVALID_CHALLENGE']);

      const expiring = await challengeOf(first, user.username);
      const [row] = await services.sql<{ life: number }>(
        `SELECT extract(epoch FROM max(expires_at) - statement_timestamp())::float8 AS life FROM sign_in_challenges`,
      );
      expect(row?.life).toBeLessThanOrEqual(600);
      expect((await first.post(TOTP, { challengeId: expiring })).status).toBe(401);
      expect((await first.get('/v1/auth/me', { token: expiring })).status).toBe(401);
      const change = { challengeId: expiring, newPassword: 'another long and quiet sentence' };
      expect((await first.post('/v1/auth/password/change-required', change)).status).toBe(401);
      await services.sql('UPDATE sign_in_challenges SET expires_at = statement_timestamp()');
      expect((await answer(first, expiring, await totpCode(user.secret))).status).toBe(401);
    });

    it('kills pending challenges with the epoch of their account', async () => {
      const user = await anEnrolledUser(services);
      const challengeId = await challengeOf(first, user.username);
      await first.post('/v1/users/me/mfa/recovery-codes', undefined, { token: user.token });
      const late = await answer(second, challengeId, await totpCode(user.secret));
      expect([late.status, late.body.code]).toEqual([401, 'AUTH.INVALID_CHALLENGE']);
    });
  });

  describe('wrong codes', () => {
    it('lock the account, whatever the challenge, the process, the factor or the password in between', async () => {
      const user = await anEnrolledUser(services);
      for (let attempt = 0; attempt < 5; attempt++) {
        const api = attempt % 2 === 0 ? first : second;
        const challengeId = await challengeOf(api, user.username);
        const method = attempt % 2 === 0 ? 'totp' : 'recovery_code';
        expect((await answer(api, challengeId, '000000', method)).body.code).toBe('AUTH.INVALID_CODE');
      }
      const locked = await first.login(user.username, PASSWORD);
      expect([locked.status, locked.body.code]).toEqual([401, 'AUTH.INVALID_CREDENTIALS']);
      expect(await services.trailInTime('user.locked-out', user.id)).toHaveLength(1);
    });

    it('of a locked account are answered like others, and burn no recovery code', async () => {
      const user = await anEnrolledUser(services);
      const challengeId = await challengeOf(first, user.username);
      for (let attempt = 0; attempt < 5; attempt++) await answer(second, challengeId, '000000');
      const code = user.recoveryCodes[0]!;
      const refused = await answer(first, challengeId, code, 'recovery_code');
      expect([refused.status, refused.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
      await first.post(`/v1/users/${user.id}/unlock`, undefined, { token: services.adminToken });
      expect((await answer(first, challengeId, code, 'recovery_code')).status).toBe(200);
    });

    it('are forgotten only on full success, the second factor included', async () => {
      const user = await anEnrolledUser(services);
      const failures = async () =>
        (
          await services.sql<{ failures: number }>(
            `SELECT failures FROM sign_in_attempts WHERE subject_key = sha256(convert_to('user:' || $1, 'UTF8'))`,
            [user.id],
          )
        )[0]?.failures;
      await first.login(user.username, 'a wrong and quiet sentence');
      const challengeId = await challengeOf(first, user.username);
      await answer(first, challengeId, '000000');
      await challengeOf(second, user.username);
      expect(await failures()).toBe(2);
      expect((await answer(second, challengeId, await totpCode(user.secret))).status).toBe(200);
      expect(await failures()).toBeUndefined();
    });
  });

  describe('what becomes of a factor', () => {
    it('is gone with the account: who is created under its name has none', async () => {
      const user = await anEnrolledUser(services);
      const { adminToken: token } = services;
      const { version } = (await first.get(`/v1/users/${user.id}`, { token })).body;
      expect((await first.delete(`/v1/users/${user.id}`, { token, ifMatch: version as number })).status).toBe(
        204,
      );
      const { username } = user;
      const anew = { username, email: `${username}@example.com`, displayName: username, password: PASSWORD };
      expect((await first.post('/v1/users', anew, { token })).status).toBe(201);
      expect((await second.login(username, PASSWORD)).body.status).toBe('authenticated');
      const left = await services.sql('SELECT 1 FROM totp_factors WHERE user_id = $1', [user.id]);
      expect(left).toEqual([]);
    });

    it('recovery codes are made anew with fresh factors only, and the old ones are dead', async () => {
      const user = await anEnrolledUser(services);
      const path = '/v1/users/me/mfa/recovery-codes';
      const { status, body } = await first.post(path, undefined, { token: user.token });
      expect([status, body.recoveryCodes.length]).toEqual([200, 10]);
      await services.expectDead(user.token);
      expect((await second.get('/v1/auth/me', { token: body.accessToken })).status).toBe(200);
      expect((await signInWith(user, user.recoveryCodes[0]!, 'recovery_code')).status).toBe(401);
      expect((await signInWith(user, body.recoveryCodes[0] as string, 'recovery_code')).status).toBe(200);
      expect(await services.trail('mfa.recovery-codes-replaced', user.id)).toEqual(['success']);
    });

    it('is given up with fresh factors, ends the other sessions, and is not asked for any more', async () => {
      const user = await anEnrolledUser(services);
      const { body: other } = await signInWith(user, await totpCode(user.secret));
      expect((await first.delete(TOTP, { token: user.token })).status).toBe(204);
      await services.expectDead((other as Tokens).accessToken);
      const renewed = await first.post('/v1/auth/refresh', { refreshToken: user.refreshToken });
      expect(renewed.status).toBe(200);
      const again = await first.delete(TOTP, { token: renewed.body.accessToken });
      expect(again.status).toBe(409);
      expect((await second.login(user.username, PASSWORD)).body.status).toBe('authenticated');
      expect(await services.trail('mfa.totp-disabled', user.id)).toEqual(['success']);
    });

    it('is reset by an administrator, who learns nothing; all sessions end, and the trail knows', async () => {
      const user = await anEnrolledUser(services);
      const path = `/v1/users/${user.id}/mfa`;
      expect((await first.delete(path, { token: user.token })).status).toBe(403);
      const reset = await first.delete(path, { token: services.adminToken });
      expect([reset.status, reset.body]).toEqual([204, null]);
      await services.expectDead(user.token);
      expect((await second.post('/v1/auth/refresh', { refreshToken: user.refreshToken })).status).toBe(401);
      expect((await second.login(user.username, PASSWORD)).body.status).toBe('authenticated');
      expect(await services.trail('mfa.reset', user.id)).toEqual(['success']);
    });
  });
});
