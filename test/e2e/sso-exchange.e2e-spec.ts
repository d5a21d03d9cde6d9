import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { anEnrolledUser, claimsOf, totpCode } from '../support/second-factors';
import type { ApiClient } from '../support/api-client';
import { TestIdp } from '../support/saml/test-idp';
import { startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const STRANGER = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const OIDC = { issuer: 'https://op.example', clientId: 'portcullis', clientSecret: 'a secret' };

const secret = (): string => randomBytes(32).toString('base64url');
const sha256 = (value: string): Buffer => createHash('sha256').update(value).digest();

describe('the exchange at the end of a sign-in through a browser', () => {
  let services: TwoServices;
  let first: ApiClient;
  let second: ApiClient;
  let usual: string;

  const aProvider = async (kind: string, slug: string, config: object): Promise<string> => {
    const record = { kind, slug, name: slug, config };
    const { status, body } = await first.post('/v1/identity-providers', record, {
      token: services.adminToken,
    });
    expect([status, body]).toEqual([201, expect.anything()]);
    return body.id as string;
  };

  beforeAll(async () => {
    services = await startTwoServices();
    first = services.first.api;
    second = services.second.api;
    usual = await aProvider('oidc', 'usual', OIDC);
  });

  afterAll(() => services.stop());

  /** As if a provider had just vouched for `user`. */
  const aCode = async (
    user: TestUser,
    { life = '60 s', methods = ['pwd'], provider = usual, age = 0, isUnsolicited = false } = {},
  ) => {
    const [code, codeVerifier] = [secret(), secret()];
    const challenge = isUnsolicited ? '' : sha256(codeVerifier).toString('base64url');
    await services.sql(
      `WITH vouched AS (
         INSERT INTO provider_sign_ins (id, user_id, provider_id, provider_version, auth_time)
         SELECT gen_random_uuid(), $2, id, version, statement_timestamp() - make_interval(secs => $7) FROM identity_providers WHERE id = $4 RETURNING id
       )
       INSERT INTO sso_codes (code_hash, user_id, epoch, methods, provider_id, code_challenge, expires_at,
         provider_sign_in_id)
       SELECT $1, users.id, epoch, $3, $4, $5, statement_timestamp() + $6::interval, vouched.id
       FROM users, vouched WHERE users.id = $2`,
      [sha256(code), user.id, methods, provider, challenge, life, age],
    );
    return { code, codeVerifier };
  };
  const sessionsOf = ({ id }: TestUser) =>
    services.sql('SELECT id FROM sessions WHERE user_id = $1 ORDER BY id', [id]);
  const untilWaiting = async (count: number): Promise<void> => {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const deadline = Date.now() + 10_000;
    while ((await services.sql(waiting)).length < count) {
      if (Date.now() > deadline) throw new Error('Nobody waits for the lock');
      await sleep(20);
    }
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

  it('begins when the provider says that somebody authenticated, or when they proved a second factor here', async () => {
    const user = await anEnrolledUser(services);
    const age = 3_600;
    const now = Date.now() / 1_000;
    const methods = ['pwd', 'otp', 'mfa'];
    const alone = (await exchange(first, await aCode(user, { methods, age }))).body.accessToken as string;
    expect(claimsOf(alone).auth_time).toBeLessThan(now - age + 60);
    const { challengeId } = (await exchange(first, await aCode(user, { age }))).body;
    const proof = { challengeId, method: 'recovery_code', code: user.recoveryCodes[0] };
    const { accessToken } = (await second.post('/v1/auth/mfa', proof)).body;
    expect(claimsOf(accessToken as string).auth_time).toBeGreaterThanOrEqual(Math.floor(now));
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
    ['one field more', (body: object) => ({ ...body, userId: STRANGER })],
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

  const KINDS = [
    ['oidc', OIDC],
    [
      'saml',
      {
        entityId: 'https://idp.example',
        ssoUrl: 'https://idp.example/sso',
        idpCertificates: [new TestIdp().keys.certificatePem],
      },
    ],
  ] as const;
  const CHANGES: [string, (id: string) => Promise<{ status: number }>][] = [
    [
      'disabled',
      (id) =>
        first.patch(
          `/v1/identity-providers/${id}`,
          { enabled: false },
          { token: services.adminToken, ifMatch: 1 },
        ),
    ],
    [
      'changed',
      (id) =>
        first.patch(
          `/v1/identity-providers/${id}`,
          { trustedMethods: ['mfa'] },
          { token: services.adminToken, ifMatch: 1 },
        ),
    ],
    [
      'deleted',
      (id) => first.delete(`/v1/identity-providers/${id}`, { token: services.adminToken, ifMatch: 1 }),
    ],
  ];
  const cases = KINDS.flatMap(([kind, config]) =>
    CHANGES.map(([title, change]) => [kind, title, config, change] as const),
  );

  it.each(cases)(
    'is refused on both processes where the provider (%s) was %s since it answered',
    async (kind, title, config, change) => {
      const provider = await aProvider(kind, `${kind}-${title}`, config);
      const user = await services.aUser();
      const codes = [await aCode(user, { provider }), await aCode(user, { provider })];
      expect((await change(provider)).status).toBeLessThan(300);
      for (const [index, body] of codes.entries()) {
        const answer = await exchange(index === 0 ? first : second, body);
        expect([answer.status, answer.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
      }
      expect(await services.trail('sso.refused', provider)).toEqual(['provider_changed', 'provider_changed']);
      expect(await sessionsOf(user)).toEqual([]);
    },
  );

  it('waits for whoever is disabling the provider, and is refused then', async () => {
    const provider = await aProvider('oidc', 'contended', OIDC);
    const user = await services.aUser();
    const bodies = [await aCode(user, { provider }), await aCode(user, { provider })];
    await services.sql('BEGIN');
    await services.sql('UPDATE identity_providers SET enabled = false, version = version + 1 WHERE id = $1', [
      provider,
    ]);
    const answers = Promise.all(bodies.map((body, index) => exchange(index === 0 ? first : second, body)));
    await untilWaiting(2);
    await services.sql('COMMIT');
    expect((await answers).map(({ status }) => status)).toEqual([401, 401]);
    expect(await sessionsOf(user)).toEqual([]);
  });

  it('is refused at the second factor too where the provider was disabled meanwhile', async () => {
    const provider = await aProvider('oidc', 'disabled-later', OIDC);
    const user = await anEnrolledUser(services);
    const before = await sessionsOf(user);
    const asked = await exchange(first, await aCode(user, { provider }));
    expect(asked.body.status).toBe('mfa_required');
    await first.patch(
      `/v1/identity-providers/${provider}`,
      { enabled: false },
      { token: services.adminToken, ifMatch: 1 },
    );
    const proof = {
      challengeId: asked.body.challengeId as string,
      method: 'recovery_code',
      code: user.recoveryCodes[0],
    };
    const { status, body } = await second.post('/v1/auth/mfa', proof);
    expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    expect(await services.trail('sign_in.failed', user.id)).toContain('provider_changed');
    expect(await sessionsOf(user)).toEqual(before);
  });

  it('is refused at the enrolment of a factor too where the provider was changed meanwhile, and the trail says why', async () => {
    const provider = await aProvider('oidc', 'changed-later', OIDC);
    const user = await services.aUser();
    const role = { name: 'guarded', grants: ['users:read'], requiresMfa: true };
    const { body: made } = await first.post('/v1/roles', role, { token: services.adminToken });
    const assignment = { principalType: 'user', principalId: user.id, roleId: made.id, effect: 'allow' };
    await first.post('/v1/assignments', assignment, { token: services.adminToken });
    const { challengeId, status: asked } = (await exchange(first, await aCode(user, { provider }))).body;
    expect(asked).toBe('mfa_enrolment_required');
    const { secret: key } = (await second.post('/v1/users/me/mfa/totp', { challengeId })).body;
    await first.patch(
      `/v1/identity-providers/${provider}`,
      { trustedMethods: ['mfa'] },
      { token: services.adminToken, ifMatch: 1 },
    );
    const confirmation = { challengeId, code: await totpCode(key as string) };
    const { status, body } = await second.post('/v1/users/me/mfa/totp/confirm', confirmation);
    expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CHALLENGE']);
    expect(await services.trail('sign_in.failed', user.id)).toEqual(['provider_changed']);
    expect(await services.trail('mfa.totp-enrolled', user.id)).toEqual([]);
    expect(await sessionsOf(user)).toEqual([]);
  });

  it('is refused where the user was disabled since, on the other process', async () => {
    const user = await services.aUser();
    const body = await aCode(user);
    await first.post(`/v1/users/${user.id}/disable`, undefined, { token: services.adminToken });
    const answer = await exchange(second, body);
    expect([answer.status, answer.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    expect((await services.trail('sso.refused', usual))[0]).toBe('account_changed');
  });
});
