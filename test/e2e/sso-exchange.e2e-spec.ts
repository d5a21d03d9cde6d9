import { createHash, randomBytes } from 'node:crypto';
import { anEnrolledUser, claimsOf } from '../support/second-factors';
import type { ApiClient } from '../support/api-client';
import { startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const PROVIDER = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';

const secret = (): string => randomBytes(32).toString('base64url');
const sha256 = (value: string): Buffer => createHash('sha256').update(value).digest();

describe('the exchange at the end of a sign-in through a browser', () => {
  let services: TwoServices;
  let first: ApiClient;
  let second: ApiClient;

  beforeAll(async () => {
    services = await startTwoServices();
    first = services.first.api;
    second = services.second.api;
  });

  afterAll(() => services.stop());

  /** As if a provider had just vouched for `user`. */
  const aCode = async (user: TestUser, { life = '60 s', methods = ['pwd'], isUnsolicited = false } = {}) => {
    const [code, codeVerifier] = [secret(), secret()];
    const challenge = isUnsolicited ? '' : sha256(codeVerifier).toString('base64url');
    await services.sql(
      `INSERT INTO sso_codes (code_hash, user_id, epoch, methods, provider_id, code_challenge, expires_at)
       SELECT $1, id, epoch, $3, $4, $5, statement_timestamp() + $6::interval FROM users WHERE id = $2`,
      [sha256(code), user.id, methods, PROVIDER, challenge, life],
    );
    return { code, codeVerifier };
  };
  const exchange = (api: ApiClient, body: object) => api.post('/v1/auth/sso/exchange', body);

  it('answers as a sign-in with a password does', async () => {
    const { status, body } = await exchange(first, await aCode(await services.aUser()));
    expect([status, body.status, body.tokenType]).toEqual([200, 'authenticated', 'Bearer']);
    expect(claimsOf(body.accessToken)).toMatchObject({ acr: 'aal1', amr: ['pwd'] });
    expect((await second.get('/v1/auth/me', { token: body.accessToken })).status).toBe(200);
  });

  it('asks for the second factor of the account, unless the provider is trusted to have asked for two', async () => {
    const user = await anEnrolledUser(services);
    const asked = await exchange(first, await aCode(user));
    expect([asked.status, asked.body.status]).toEqual([200, 'mfa_required']);
    const trusted = await exchange(first, await aCode(user, { methods: ['pwd', 'otp', 'mfa'] }));
    expect(claimsOf(trusted.body.accessToken)).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] });
  });

  it('refuses alike an unknown, an expired and a stolen code, and one of an account that has changed', async () => {
    const user = await services.aUser();
    const good = await aCode(user);
    const stale = await aCode(user);
    await services.sql('UPDATE users SET epoch = epoch + 1 WHERE id = $1', [user.id]);
    const other = await services.aUser();
    const stolen = await aCode(other);
    const attempts = [
      { ...good, code: secret() },
      await aCode(other, { life: '0 s' }),
      { ...stolen, codeVerifier: secret() },
      stolen,
      stale,
    ];
    for (const attempt of attempts) {
      const { status, body } = await exchange(first, attempt);
      expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    }
  });

  it.each([
    ['no verifier', ({ code }: { code: string }) => ({ code })],
    ['a verifier that is too short', (body: object) => ({ ...body, codeVerifier: 'x'.repeat(42) })],
    ['an object for a code', (body: object) => ({ ...body, code: { toString: 'x' } })],
    ['one field more', (body: object) => ({ ...body, userId: PROVIDER })],
  ])('takes nothing with %s', async (_, spoil) => {
    const body = await aCode(await services.aUser());
    expect((await exchange(first, spoil(body))).status).toBe(400);
    expect((await exchange(first, body)).status).toBe(200);
  });

  it('gives the code that no client asked for to a client that says so, and the others to none', async () => {
    const user = await services.aUser();
    const attempts = [
      [await aCode(user, { isUnsolicited: true }), true, 200],
      [await aCode(user, { isUnsolicited: true }), false, 401],
      [await aCode(user), true, 401],
    ] as const;
    for (const [body, isWithoutVerifier, expected] of attempts) {
      const { status } = await exchange(second, {
        ...body,
        ...(isWithoutVerifier && { codeVerifier: null }),
      });
      expect(status).toBe(expected);
    }
  });

  it('ends the session that a code has brought when the code comes back, on both processes', async () => {
    const user = await services.aUser();
    const body = await aCode(user);
    const { accessToken } = (await exchange(second, body)).body;
    expect((await first.get('/v1/auth/me', { token: accessToken })).status).toBe(200);
    expect((await exchange(first, { ...body, codeVerifier: secret() })).status).toBe(401);
    await services.expectDead(accessToken);
    expect(await services.trail('sso.code-reused', user.id)).toEqual(['denied']);
  });

  it('is won by one of twenty racers on two processes at most, and what it brought is dead', async () => {
    const user = await services.aUser();
    const body = await aCode(user);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => exchange(index % 2 === 0 ? first : second, body)),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won.length).toBeLessThanOrEqual(1);
    for (const answer of won) await services.expectDead(answer.body.accessToken as string);
    const alive = await services.sql('SELECT 1 FROM sessions WHERE user_id = $1 AND ended_at IS NULL', [
      user.id,
    ]);
    expect(alive).toEqual([]);
  });
});
