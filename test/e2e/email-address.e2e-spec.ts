import { MailTrap } from '../support/mail-trap';
import { ADMIN } from '../support/service';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const PUBLIC_URL = 'https://identity.corp.example';
const VERIFY = 'Confirm your email address';
const CONFIRM = 'Confirm your new email address';

describe('the email address of an account', () => {
  let trap: MailTrap;
  let services: TwoServices;
  let count = 0;

  beforeAll(async () => {
    trap = await MailTrap.start();
    services = await startTwoServices({ ...trap.env, PUBLIC_URL });
  });

  afterAll(async () => {
    await services.stop();
    await trap.stop();
  });

  const mailboxOf = ({ username }: TestUser): string => `${username}@example.com`;
  const anAddress = (): string => `new${++count}@example.org`;
  const read = async ({ id }: TestUser) =>
    (await services.second.api.get(`/v1/users/${id}`, { token: services.adminToken })).body as {
      email: string;
      emailVerified: boolean;
      status: string;
      version: number;
    };
  const post = (path: string, body: unknown, token?: string, on = services.first) =>
    on.api.post(path, body, token === undefined ? {} : { token });
  const askFor = async (newEmail: string, token: string) => {
    expect((await post('/v1/users/me/email', { newEmail }, token)).status).toBe(202);
  };

  describe('verification', () => {
    it('is false until the owner brings back the token of the mail that creation sends, once', async () => {
      const user = await services.aUser();
      expect((await read(user)).emailVerified).toBe(false);
      const mail = await trap.next(mailboxOf(user), VERIFY);
      expect(mail.link).toBe(`${PUBLIC_URL}/verify-email#token=${mail.token}`);
      expect((await post('/v1/auth/email/verify', { token: mail.token })).status).toBe(204);
      expect((await read(user)).emailVerified).toBe(true);
      expect((await post('/v1/auth/email/verify', { token: mail.token })).body.code).toBe(
        'AUTH.INVALID_MAIL_TOKEN',
      );
      expect(await services.trail('user.email-verified', user.id)).toEqual(['success']);
    });

    it('is mailed again at most once a minute, and the newer token kills the older', async () => {
      const user = await services.aUser();
      const older = await trap.next(mailboxOf(user), VERIFY);
      const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
      const again = () => post('/v1/users/me/email/verification', undefined, accessToken, services.second);
      expect((await again()).status).toBe(429);
      await services.sql(
        `UPDATE account_tokens SET created_at = now() - interval '1 minute' WHERE user_id = $1`,
        [user.id],
      );
      expect((await again()).status).toBe(202);
      const newer = await trap.next(mailboxOf(user), VERIFY, 2);
      expect((await post('/v1/auth/email/verify', { token: older.token })).status).toBe(422);
      expect((await post('/v1/auth/email/verify', { token: newer.token })).status).toBe(204);
      expect((await again()).body.code).toBe('USER.INVALID_TRANSITION');
    });

    it('is lost when an administrator gives the account another address, of which the old one is told', async () => {
      const user = await services.aUser();
      const { token: first } = await trap.next(mailboxOf(user), VERIFY);
      expect((await post('/v1/auth/email/verify', { token: first })).status).toBe(204);
      const { version } = await read(user);
      const email = anAddress();
      const change = { token: services.adminToken, ifMatch: version };
      expect((await services.first.api.patch(`/v1/users/${user.id}`, { email }, change)).status).toBe(200);
      expect(await read(user)).toMatchObject({ email, emailVerified: false });
      expect((await trap.next(mailboxOf(user), 'Your email address has changed')).content).toContain(
        'administrator',
      );
      const { token } = await trap.next(email, VERIFY);
      expect((await post('/v1/auth/email/verify', { token })).status).toBe(204);
    });

    it('F: is not moved by an administrator, not even their own, with a token that may be stolen', async () => {
      const { body: own } = await services.first.api.get('/v1/users/me', { token: services.adminToken });
      const login = await services.first.api.signIn(ADMIN.username, ADMIN.password);
      await services.sql(`UPDATE sessions SET authenticated_at = now() - interval '301 s' WHERE id = $1`, [
        login.sessionId,
      ]);
      const { refreshToken } = login;
      const { body } = await services.first.api.post('/v1/auth/refresh', { refreshToken });
      const token = String(body.accessToken);
      for (const { id } of [own as unknown as TestUser, await services.aUser()]) {
        const { email, version } = await read({ id } as TestUser);
        const change = (fields: object) =>
          services.first.api.patch(`/v1/users/${id}`, fields, { token, ifMatch: version });
        expect(await change({ email: anAddress() })).toMatchObject({
          status: 401,
          body: { code: 'AUTH.INSUFFICIENT_USER_AUTHENTICATION' },
        });
        expect(await read({ id } as TestUser)).toMatchObject({ email, version });
        expect((await change({ displayName: 'Ada King' })).status).toBe(200);
      }
    });
  });

  describe('change by the owner', () => {
    it('is confirmed at the new, noticed at the old, which stays until then; other sessions end', async () => {
      const user = await services.aUser();
      const email = anAddress();
      const other = await services.second.api.signIn(user.username, PASSWORD);
      const own = await services.first.api.signIn(user.username, PASSWORD);
      await askFor(email, own.accessToken);
      await trap.next(mailboxOf(user), 'Your email address is about to change');
      const { token } = await trap.next(email, CONFIRM);
      expect(await read(user)).toMatchObject({ email: mailboxOf(user) });

      expect((await post('/v1/users/me/email/confirm', { token }, own.accessToken)).status).toBe(204);
      expect(await read(user)).toMatchObject({ email, emailVerified: true });
      await services.expectDead(other.accessToken);
      const renewed = await services.first.api.post('/v1/auth/refresh', { refreshToken: own.refreshToken });
      expect(renewed.status).toBe(200);
      await trap.next(mailboxOf(user), 'Your email address has changed');
      await services.second.api.signIn(email, PASSWORD);
    });

    it('needs a re-authentication of the last five minutes', async () => {
      const user = await services.aUser();
      const { refreshToken, sessionId } = await services.first.api.signIn(user.username, PASSWORD);
      await services.sql(`UPDATE sessions SET authenticated_at = now() - interval '301 s' WHERE id = $1`, [
        sessionId,
      ]);
      const { body } = await services.first.api.post('/v1/auth/refresh', { refreshToken });
      const answer = await post('/v1/users/me/email', { newEmail: anAddress() }, body.accessToken as string);
      expect(answer).toMatchObject({ status: 401, body: { code: 'AUTH.INSUFFICIENT_USER_AUTHENTICATION' } });
    });

    it("is not confirmed by another account, nor by another purpose's token", async () => {
      const [user, other] = [await services.aUser(), await services.aUser()];
      const email = anAddress();
      const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
      const { accessToken: foreign } = await services.first.api.signIn(other.username, PASSWORD);
      await askFor(email, accessToken);
      const { token } = await trap.next(email, CONFIRM);
      expect((await post('/v1/users/me/email/confirm', { token }, foreign)).status).toBe(422);
      const verification = await trap.next(mailboxOf(user), VERIFY);
      expect(
        (await post('/v1/users/me/email/confirm', { token: verification.token }, accessToken)).status,
      ).toBe(422);
      expect((await post('/v1/users/me/email/confirm', { token }, accessToken)).status).toBe(204);
    });

    it('race of two users to one address: asking discloses nothing, one wins, the other gets 409', async () => {
      const users = [await services.aUser(), await services.aUser()];
      const email = anAddress();
      const racers: { accessToken: string; token: string }[] = [];
      for (const [index, user] of users.entries()) {
        const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
        await askFor(email, accessToken);
        racers.push({ accessToken, token: (await trap.next(email, CONFIRM, index + 1)).token });
      }
      const answers = await Promise.all(
        racers.map(({ accessToken, token }, index) =>
          post(
            '/v1/users/me/email/confirm',
            { token },
            accessToken,
            index === 0 ? services.first : services.second,
          ),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      const late = await services.aUser();
      const { accessToken } = await services.first.api.signIn(late.username, PASSWORD);
      await askFor(email, accessToken);
    });

    it('can be undone at the old address, even after the thief has changed the password and moved on', async () => {
      const user = await services.aUser();
      const thief = await services.first.api.signIn(user.username, PASSWORD);
      const [first, second] = [anAddress(), anAddress()];
      await askFor(first, thief.accessToken);
      const { token: toFirst } = await trap.next(first, CONFIRM);
      expect((await post('/v1/users/me/email/confirm', { token: toFirst }, thief.accessToken)).status).toBe(
        204,
      );
      const again = await services.first.api.signIn(first, PASSWORD);
      await askFor(second, again.accessToken);
      const { token: toSecond } = await trap.next(second, CONFIRM);
      expect((await post('/v1/users/me/email/confirm', { token: toSecond }, again.accessToken)).status).toBe(
        204,
      );
      // Told as well, without a link of its own.
      const notice = await trap.next(first, 'Your email address has changed');
      expect(notice.content).not.toContain('#token=');
      const { accessToken } = await services.first.api.signIn(second, PASSWORD);
      const change = { currentPassword: PASSWORD, newPassword: "the thief's own sentence" };
      expect((await post('/v1/users/me/password', change, accessToken)).status).toBe(204);
      const last = await services.second.api.signIn(second, "the thief's own sentence");

      const { token } = await trap.next(mailboxOf(user), 'Your email address has changed');
      expect((await post('/v1/auth/email/undo', { token })).status).toBe(204);
      await services.expectDead(last.accessToken);
      expect((await services.second.api.login(user.username, "the thief's own sentence")).status).toBe(401);
      expect(await read(user)).toMatchObject({ email: mailboxOf(user) });
      const { token: chance } = await trap.next(mailboxOf(user), 'Choose a new password');
      const choice = { token: chance, newPassword: 'the owner is back again' };
      expect((await post('/v1/auth/password/reset', choice)).status).toBe(204);
      await services.second.api.signIn(user.username, 'the owner is back again');
      expect((await post('/v1/auth/email/undo', { token })).status).toBe(422);
    });

    it("is an administrator's to decide: their move kills the undo and every change that is still out, on each process", async () => {
      const user = await services.aUser();
      const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
      const [first, second, decided] = [anAddress(), anAddress(), anAddress()];
      await askFor(first, accessToken);
      const { token } = await trap.next(first, CONFIRM);
      expect((await post('/v1/users/me/email/confirm', { token }, accessToken)).status).toBe(204);
      const { token: undo } = await trap.next(mailboxOf(user), 'Your email address has changed');
      const again = await services.first.api.signIn(first, PASSWORD);
      await askFor(second, again.accessToken);
      const { token: toSecond } = await trap.next(second, CONFIRM);

      const { version } = await read(user);
      const change = { token: services.adminToken, ifMatch: version };
      const moved = await services.first.api.patch(`/v1/users/${user.id}`, { email: decided }, change);
      expect(moved.status).toBe(200);
      const undone = await post('/v1/auth/email/undo', { token: undo }, undefined, services.second);
      expect([undone.status, undone.body.code]).toEqual([422, 'AUTH.INVALID_MAIL_TOKEN']);
      const { accessToken: fresh } = await services.second.api.signIn(decided, PASSWORD);
      const confirmed = await post('/v1/users/me/email/confirm', { token: toSecond }, fresh, services.second);
      expect([confirmed.status, confirmed.body.code]).toEqual([422, 'AUTH.INVALID_MAIL_TOKEN']);
      expect(await read(user)).toMatchObject({ email: decided });
      // The link to the address that was decided on is none of them.
      const { token: verify } = await trap.next(decided, VERIFY);
      expect((await post('/v1/auth/email/verify', { token: verify })).status).toBe(204);
    });

    it('mails no stranger more than five times an hour', async () => {
      const user = await services.aUser();
      const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
      const newEmail = anAddress();
      const statuses = [];
      for (let attempt = 0; attempt < 7; attempt++)
        statuses.push((await post('/v1/users/me/email', { newEmail }, accessToken)).status);
      expect(statuses).toEqual([202, 202, 202, 202, 202, 429, 429]);
    });
  });

  describe('invitation', () => {
    const anInvited = async (): Promise<TestUser> => {
      const username = `invited${++count}`;
      const body = { username, email: `${username}@example.com`, displayName: username };
      const answer = await post('/v1/users', body, services.adminToken);
      expect(answer).toMatchObject({ status: 201, body: { status: 'invited' } });
      return answer.body as TestUser;
    };
    const invite = (user: TestUser) => post(`/v1/users/${user.id}/invite`, undefined, services.adminToken);
    const accept = (token: string, on = services.second) =>
      post('/v1/auth/invitation/accept', { token, newPassword: PASSWORD }, undefined, on);

    it('lets the invited user choose a password; the answer to the administrator holds no token', async () => {
      const user = await anInvited();
      expect(await invite(user)).toMatchObject({ status: 204, body: null });
      const { token } = await trap.next(mailboxOf(user), 'Your new account');
      expect((await services.first.api.login(user.username, PASSWORD)).status).toBe(401);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => accept(token, index % 2 ? services.first : services.second)),
      );
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
      expect(await read(user)).toMatchObject({ status: 'active', emailVerified: true });
      await services.first.api.signIn(user.username, PASSWORD);
      expect((await invite(user)).body.code).toBe('USER.INVALID_TRANSITION');
      expect(await services.trail('user.invitation-accepted', user.id)).toEqual(['success']);
    });

    it('is void once a newer one was sent, or the account was disabled', async () => {
      const user = await anInvited();
      await invite(user);
      const older = await trap.next(mailboxOf(user), 'Your new account');
      await invite(user);
      const newer = await trap.next(mailboxOf(user), 'Your new account', 2);
      expect((await accept(older.token)).body.code).toBe('AUTH.INVALID_MAIL_TOKEN');
      expect((await post(`/v1/users/${user.id}/disable`, undefined, services.adminToken)).status).toBe(204);
      expect((await accept(newer.token)).body.code).toBe('AUTH.INVALID_MAIL_TOKEN');
    });
  });
});
