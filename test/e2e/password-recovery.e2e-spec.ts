import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { MailTrap } from '../support/mail-trap';
import { anEnrolledUser } from '../support/second-factors';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const NEW_PASSWORD = 'another and longer sentence';
const PAGES = 'https://console.corp.example/account';
const RESET = 'Choose a new password';
const CHANGED = 'Your password has changed';

describe('recovery of a password by mail', () => {
  let trap: MailTrap;
  let services: TwoServices;

  beforeAll(async () => {
    trap = await MailTrap.start();
    services = await startTwoServices({
      ...trap.env,
      ACCOUNT_PAGES_URL: PAGES,
      RATE_LIMIT_FORGOT: '5',
      RATE_LIMIT_FORGOT_PER_ADDRESS: '1000',
    });
  });

  afterAll(async () => {
    await services.stop();
    await trap.stop();
  });

  const mailboxOf = ({ username }: TestUser): string => `${username}@example.com`;
  const forget = (email: string) => services.first.api.post('/v1/auth/password/forgot', { email });
  /** Nothing is left to be done or sent: who has no mail now gets none. */
  const untilAllIsDone = async (): Promise<void> => {
    const waiting = 'SELECT 1 FROM deferred_work UNION ALL SELECT 1 FROM mail_outbox';
    while ((await services.sql(waiting)).length > 0) await sleep(20);
  };
  const reset = (token: string, newPassword = NEW_PASSWORD, on = services.second) =>
    on.api.post('/v1/auth/password/reset', { token, newPassword });
  const aTokenFor = async (user: TestUser, count = 1): Promise<string> => {
    expect((await forget(mailboxOf(user))).status).toBe(202);
    return (await trap.next(mailboxOf(user), RESET, count)).token;
  };

  it('ends every session, on both processes, and the new password signs in; the owner is told', async () => {
    const user = await services.aUser();
    const before = await services.second.api.signIn(user.username, PASSWORD);
    const token = await aTokenFor(user);
    expect((await reset(token, NEW_PASSWORD, services.first)).status).toBe(204);
    await services.expectDead(before.accessToken);
    expect(
      (await services.first.api.post('/v1/auth/refresh', { refreshToken: before.refreshToken })).status,
    ).toBe(401);
    expect((await services.second.api.login(user.username, PASSWORD)).status).toBe(401);
    await services.second.api.signIn(user.username, NEW_PASSWORD);
    const notice = await trap.next(mailboxOf(user), CHANGED);
    expect(notice.content).not.toContain(NEW_PASSWORD);
    expect(await services.trail('user.password-reset', user.id)).toEqual(['success']);
    const { body } = await services.first.api.get(`/v1/users/${user.id}`, { token: services.adminToken });
    expect(body.emailVerified).toBe(true);
  });

  it('keeps 256 bits of the token, hashed, for at most an hour', async () => {
    const user = await services.aUser();
    const token = await aTokenFor(user);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const rows = await services.sql(
      `SELECT token_hash = sha256($1::bytea) AS hashed, expires_at <= now() + interval '1 hour' AS "isShort"
       FROM account_tokens WHERE user_id = $2 AND purpose = 'password_reset'`,
      [Buffer.from(token), user.id],
    );
    expect(rows).toEqual([{ hashed: true, isShort: true }]);
  });

  it('a token is single use: of 20 parallel uses one wins', async () => {
    const user = await services.aUser();
    const token = await aTokenFor(user);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        reset(token, NEW_PASSWORD, index % 2 === 0 ? services.first : services.second),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    expect((await reset(token)).body.code).toBe('AUTH.INVALID_MAIL_TOKEN');
  });

  it('a newer token kills the older', async () => {
    const user = await services.aUser();
    const older = await aTokenFor(user, 1);
    const newer = await aTokenFor(user, 2);
    expect((await reset(older)).body.code).toBe('AUTH.INVALID_MAIL_TOKEN');
    expect((await reset(newer)).status).toBe(204);
  });

  it('an expired token is refused with clean-up stopped', async () => {
    const user = await services.aUser();
    const token = await aTokenFor(user);
    const expire = `UPDATE account_tokens SET expires_at = now() WHERE user_id = $1 RETURNING 1 AS one`;
    expect(await services.sql(expire, [user.id])).not.toEqual([]);
    expect((await reset(token)).body.code).toBe('AUTH.INVALID_MAIL_TOKEN');
  });

  it('a token dies with whatever ends the epoch, and opens nothing else', async () => {
    const user = await services.aUser();
    const token = await aTokenFor(user);
    expect((await services.first.api.get('/v1/auth/me', { token })).status).toBe(401);
    for (const path of ['/v1/auth/email/verify', '/v1/auth/email/undo'])
      expect((await services.first.api.post(path, { token })).status).toBe(422);
    expect(
      (await services.first.api.post('/v1/auth/invitation/accept', { token, newPassword: NEW_PASSWORD }))
        .status,
    ).toBe(422);
    for (const wrong of [
      token.slice(0, -1),
      `${token}A`,
      token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
    ])
      expect((await reset(wrong)).status).toBe(422);
    const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect(
      (await services.first.api.post('/v1/users/me/password', change, { token: accessToken })).status,
    ).toBe(204);
    expect((await reset(token)).body.code).toBe('AUTH.INVALID_MAIL_TOKEN');
  });

  it('a password that is refused does not spend the token', async () => {
    const user = await services.aUser();
    const token = await aTokenFor(user);
    expect((await reset(token, 'short')).body.code).toBe('USER.PASSWORD_TOO_SHORT');
    expect((await reset(token)).status).toBe(204);
  });

  it('known, unknown, disabled and password-less addresses get one answer; the difference is only in the trap', async () => {
    const known = await services.aUser();
    const disabled = await services.aUser();
    const elsewhere = await services.aUser();
    const { adminToken: token } = services;
    expect(
      (await services.first.api.post(`/v1/users/${disabled.id}/disable`, undefined, { token })).status,
    ).toBe(204);
    await services.sql('UPDATE users SET password_hash = NULL WHERE id = $1', [elsewhere.id]);
    const answers = [];
    for (const address of ['nobody@example.com', ...[disabled, elsewhere, known].map(mailboxOf)])
      answers.push(await forget(address));
    const shape = answers.map(({ status, body, headers }) => ({
      status,
      body: body as unknown,
      headers: [...headers.keys()].sort(),
    }));
    expect(shape).toEqual(Array.from(shape, () => shape[0]));
    expect(shape[0]?.status).toBe(202);
    await trap.next(mailboxOf(known), RESET);
    await trap.next(mailboxOf(elsewhere), 'Your account has no password here');
    await untilAllIsDone();
    expect(trap.to('nobody@example.com')).toEqual([]);
    expect(trap.to(mailboxOf(disabled), RESET)).toEqual([]);
    expect(trap.to(mailboxOf(elsewhere), RESET)).toEqual([]);
  });

  it('takes the same time for known and unknown addresses', async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => services.aUser()));
    const timeOf = async (email: string): Promise<number> => {
      const startedAt = performance.now();
      await forget(email);
      return performance.now() - startedAt;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (const [index, user] of users.entries()) {
      known.push(await timeOf(mailboxOf(user)));
      unknown.push(await timeOf(`nobody${index}@example.com`));
    }
    const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length / 2] ?? 0;
    // What an attacker could use is far above; what a loaded machine does to two medians is below.
    expect(Math.abs(median(known) - median(unknown))).toBeLessThan(25);
  });

  it('a flood on one account is limited to five mails an hour, whatever the spelling, and locks nobody out', async () => {
    const user = await services.aUser();
    const spellings = [
      mailboxOf(user),
      mailboxOf(user).toUpperCase(),
      mailboxOf(user).replace('user', 'USER'),
    ];
    const flood = async (mailbox: (index: number) => string) => {
      const answers = [];
      for (let index = 0; index < 9; index++)
        answers.push(
          await [services.first, services.second][index % 2]!.api.post('/v1/auth/password/forgot', {
            email: mailbox(index),
          }),
        );
      return answers;
    };
    const statuses = (await flood((index) => spellings[index % 3] ?? '')).map(({ status }) => status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429, 429, 429, 429]);
    // Nobody has that one, and it is limited alike.
    const forNobody = await flood(() => 'nobody-at-all@example.com');
    expect(forNobody.map(({ status }) => status)).toEqual(statuses);
    expect(Number(forNobody.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);

    await trap.next(mailboxOf(user), RESET, 5);
    await services.first.api.signIn(user.username, PASSWORD);
    // Two processes send, in any order; one token alone still counts.
    const resets: number[] = [];
    for (const { token } of trap.to(mailboxOf(user), RESET)) resets.push((await reset(token)).status);
    expect(resets.sort()).toEqual([204, 422, 422, 422, 422]);
  });

  it('recovers an account that an attacker keeps locked', async () => {
    const user = await services.aUser();
    for (let attempt = 0; attempt < 6; attempt++)
      expect((await services.first.api.login(user.username, 'not the right sentence')).status).toBe(401);
    expect((await services.first.api.login(user.username, PASSWORD)).status).toBe(401);
    await trap.next(mailboxOf(user), 'Failed attempts to sign in');
    expect((await reset(await aTokenFor(user))).status).toBe(204);
    await services.second.api.signIn(user.username, NEW_PASSWORD);
  });

  it('link hosts come from the configuration only, whatever Host and X-Forwarded-Host a request claims', async () => {
    const user = await services.aUser();
    const body = JSON.stringify({ email: mailboxOf(user) });
    // fetch() refuses to send a Host of our choice.
    const forged = request(`${services.first.api.baseUrl}/v1/auth/password/forgot`, {
      method: 'POST',
      headers: {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
        forwarded: 'host=evil.example',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    }).end(body);
    const [answer] = (await once(forged, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(202);
    const mail = await trap.next(mailboxOf(user), RESET);
    expect(mail.link).toBe(`${PAGES}/reset-password#token=${mail.token}`);
    expect(mail.content).not.toContain('evil.example');
  });

  it("an administrator's reset answers with nothing, takes the password and the sessions, and the user chooses", async () => {
    const user = await services.aUser();
    const tokens = await services.second.api.signIn(user.username, PASSWORD);
    const { adminToken: token } = services;
    const answer = await services.first.api.post(`/v1/users/${user.id}/password-reset`, undefined, { token });
    expect(answer).toMatchObject({ status: 204, body: null });
    await services.expectDead(tokens.accessToken);
    expect((await services.first.api.login(user.username, PASSWORD)).status).toBe(401);
    const mail = await trap.next(mailboxOf(user), 'You must choose a new password');
    expect((await reset(mail.token)).status).toBe(204);
    await services.second.api.signIn(user.username, NEW_PASSWORD);
  });

  it('password reset: the login afterwards still asks the factor; factor changes and code use are noticed', async () => {
    const user = await anEnrolledUser(services);
    await trap.next(mailboxOf(user), 'A second factor was set up');
    expect((await reset(await aTokenFor(user))).body).toBeNull();
    const { body } = await services.first.api.login(user.username, NEW_PASSWORD);
    expect(body.status).toBe('mfa_required');
    const [code] = user.recoveryCodes;
    const answer = { challengeId: body.challengeId as string, method: 'recovery_code', code };
    expect((await services.second.api.post('/v1/auth/mfa', answer)).status).toBe(200);
    expect((await trap.next(mailboxOf(user), 'A recovery code was used')).content).not.toContain(code);
  });

  it('tells the owner when a refresh token was used twice', async () => {
    const user = await services.aUser();
    const { refreshToken } = await services.first.api.signIn(user.username, PASSWORD);
    expect((await services.first.api.post('/v1/auth/refresh', { refreshToken })).status).toBe(200);
    expect((await services.first.api.post('/v1/auth/refresh', { refreshToken })).status).toBe(401);
    await trap.next(mailboxOf(user), 'A session was ended for your safety');
  });

  it('writes no token and no address into logs or the trail', async () => {
    const user = await services.aUser();
    const token = await aTokenFor(user);
    await reset(token);
    const output = services.first.output() + services.second.output();
    expect(output).not.toContain(token);
    expect(output).not.toContain(mailboxOf(user));
    const rows = await services.sql('SELECT to_jsonb(e)::text AS row FROM audit_events e');
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});
