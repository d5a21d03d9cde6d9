import { createHash, randomBytes } from 'node:crypto';
import { OpenIdProvider } from '../support/openid-provider';
import type { ServiceProcess } from '../support/service';
import { startTwoServices, type TwoServices } from '../support/two-services';

const RETURN_TO = 'https://app.example.com/signed-in';
const PUBLIC_URL = 'https://identity.example.com';
const WITH_QUERY = 'https://app.example.com/other?tenant=1';

interface Started {
  readonly cookie: string;
  /** What the provider is asked. */
  readonly url: string;
  readonly codeVerifier: string;
}

describe('signing in through an OpenID provider', () => {
  let services: TwoServices;
  let op: OpenIdProvider;
  let other: OpenIdProvider;
  let providerId: string;

  const register = async (slug: string, provider: OpenIdProvider, more: object = {}): Promise<string> => {
    const { issuer, clientId, clientSecret } = provider;
    const config = { issuer, clientId, clientSecret, jitProvisioning: true };
    const record = { kind: 'oidc', slug, name: slug, trustedMethods: ['mfa', 'otp'], config, ...more };
    const { status, body } = await services.first.api.post('/v1/identity-providers', record, {
      token: services.adminToken,
    });
    expect([status, body]).toEqual([201, expect.anything()]);
    return body.id as string;
  };
  const get = (service: ServiceProcess, path: string, cookie = ''): Promise<Response> =>
    fetch(`${service.api.baseUrl}${path}`, { redirect: 'manual', headers: { cookie } });

  const start = async (slug = 'corporate', more: Record<string, string> = {}): Promise<Started> => {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const query = new URLSearchParams({ returnTo: RETURN_TO, codeChallenge, ...more });
    const answer = await get(services.first, `/v1/auth/oidc/${slug}/login?${query.toString()}`);
    expect(answer.status).toBe(303);
    const [cookie = ''] = answer.headers.getSetCookie();
    return { cookie: cookie.split(';')[0] ?? '', url: answer.headers.get('location') ?? '', codeVerifier };
  };
  /** The provider's answer, as the browser brings it to a process of ours. */
  const bring = (callback: URL, cookie: string, service = services.second): Promise<Response> =>
    get(service, `${callback.pathname}${callback.search}`, cookie);
  const exchange = async (location: string, codeVerifier: string) => {
    const code = new URL(location).searchParams.get('code') ?? '';
    return services.first.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
  };
  const signIn = async (more: Record<string, string> = {}) => {
    const { cookie, url, codeVerifier } = await start('corporate', more);
    const answer = await bring(op.authorize(url), cookie);
    return exchange(answer.headers.get('location') ?? '', codeVerifier);
  };
  const refusals = () => services.trail('sso.refused', providerId);

  beforeAll(async () => {
    [op, other] = await Promise.all([new OpenIdProvider().start(), new OpenIdProvider().start()]);
    services = await startTwoServices({
      PUBLIC_URL,
      SSO_RETURN_URLS: `${RETURN_TO},${WITH_QUERY}`,
      OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8',
      RATE_LIMIT_SSO_START: '100000',
    });
    providerId = await register('corporate', op);
    await register('other', other);
  });

  afterAll(async () => {
    await services.stop();
    op.stop();
    other.stop();
  });

  beforeEach(() => {
    op.user = {
      sub: 'ada',
      name: 'Ada',
      preferred_username: 'ada',
      email: 'ada@example.com',
      email_verified: true,
    };
    op.claims = (honest) => honest;
  });

  it('ends with a session on any process; the browser sees a code and never a token', async () => {
    const { cookie, url, codeVerifier } = await start();
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(
      `${PUBLIC_URL}/v1/auth/oidc/corporate/callback`,
    );
    const answer = await bring(op.authorize(url), cookie);
    expect(answer.status).toBe(303);
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-ptc_flow=; Max-Age=0; /)]);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(/^https:\/\/app\.example\.com\/signed-in\?code=[\w-]{43}$/);
    const { status, body } = await exchange(location, codeVerifier);
    expect([status, body.status]).toEqual([200, 'authenticated']);
    const me = await services.second.api.get('/v1/auth/me', { token: body.accessToken });
    expect(me.body).toMatchObject({ username: 'ada', acr: 'aal1' });
  });

  it('leads the same subject to the same account, whatever its address is by now (J: the key stays (iss, sub))', async () => {
    const one = await signIn();
    op.user = { ...op.user, email: 'elsewhere@example.com' };
    const two = await signIn();
    const subjects = await Promise.all(
      [one, two].map(({ body }) =>
        services.first.api.get('/v1/auth/me', { token: body.accessToken as string }),
      ),
    );
    expect(subjects[0]?.body.subject).toBe(subjects[1]?.body.subject);
  });

  it.each([[false], [true]])(
    'takes nobody’s account over by an address, verified there (%s) or not (J: email_verified)',
    async (verified) => {
      const user = await services.aUser();
      op.user = {
        ...op.user,
        sub: `evil-${verified}`,
        preferred_username: 'evil',
        email: `${user.username}@example.com`,
      };
      op.user.email_verified = verified;
      const { cookie, url } = await start();
      const answer = await bring(op.authorize(url), cookie);
      expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=AUTH.INVALID_CREDENTIALS`);
    },
  );

  it('counts a second factor of the provider only as far as its record trusts it', async () => {
    op.user = { ...op.user, amr: ['pwd', 'otp', 'mfa'] };
    const { body } = await signIn();
    expect((await services.first.api.get('/v1/auth/me', { token: body.accessToken })).body).toMatchObject({
      acr: 'aal2',
      amr: ['otp', 'mfa'],
    });
    op.user = { ...op.user, amr: ['face'] };
    const weak = await signIn();
    expect((await services.first.api.get('/v1/auth/me', { token: weak.body.accessToken })).body.acr).toBe(
      'aal1',
    );
  });

  it('keeps the query of a registered return address', async () => {
    const { cookie, url } = await start('corporate', { returnTo: WITH_QUERY });
    const location = (await bring(op.authorize(url), cookie)).headers.get('location');
    expect(location).toMatch(/^https:\/\/app\.example\.com\/other\?tenant=1&code=[\w-]{43}$/);
  });

  it.each([
    ['https://app.example.com/signed-in/'],
    ['https://app.example.com/signed-in?x=1'],
    ['https://app.example.com/signed-in#x'],
    ['https://app.example.com/signed-in/../evil'],
    ['https://app.example.com/signed-in%2f..%2fevil'],
    ['https://app.example.com/./signed-in'],
    ['https://app.example.com//signed-in'],
    ['https://app.example.com/Signed-In'],
    ['https://APP.example.com/signed-in'],
    ['HTTPS://app.example.com/signed-in'],
    ['http://app.example.com/signed-in'],
    ['https://app.example.com:443/signed-in'],
    ['https://app.example.com:8443/signed-in'],
    ['https://app.example.com.evil.example/signed-in'],
    ['https://evil.example/https://app.example.com/signed-in'],
    ['https://app.example.com@evil.example/signed-in'],
    ['https://evil@app.example.com/signed-in'],
    ['https://app.example.com\\@evil.example/signed-in'],
    ['https://app.example.com./signed-in'],
    ['https://sub.app.example.com/signed-in'],
    ['//app.example.com/signed-in'],
    ['/signed-in'],
    ['javascript:alert(1)'],
    ['data:text/html,x'],
    [' https://app.example.com/signed-in'],
    ['https://app.example.com/signed-in '],
    ['https://app.example.com/signed-in\r\nset-cookie: a=b'],
    ['https://app.example.com/signed-in%00'],
    ['https://аpp.example.com/signed-in'],
    [`${RETURN_TO},${WITH_QUERY}`],
  ])('does not return to %j (J: redirect target sweep)', async (returnTo) => {
    const query = new URLSearchParams({ returnTo, codeChallenge: 'x'.repeat(43) });
    const answer = await get(services.first, `/v1/auth/oidc/corporate/login?${query.toString()}`);
    const problem = (await answer.json()) as { code: string };
    expect([answer.status, problem.code]).toEqual([422, 'AUTH.RETURN_URL_NOT_REGISTERED']);
    expect(answer.headers.has('location')).toBe(false);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it.each<[string, string]>([
    ['no state', 'code=x'],
    ['two states', 'state=a&state=b&code=x'],
    ['an object for a state', 'state[x]=a&code=x'],
  ])('takes %s for a malformed request', async (_, query) => {
    const { cookie } = await start();
    expect((await get(services.first, `/v1/auth/oidc/corporate/callback?${query}`, cookie)).status).toBe(400);
  });

  it.each<[string, string, (flow: Started, callback: URL) => Promise<string> | string]>([
    ['without a cookie', 'flow_missing', () => ''],
    [
      'with a planted cookie',
      'flow_unknown',
      () => `__Host-ptc_flow=${randomBytes(32).toString('base64url')}`,
    ],
    ['with two cookies', 'flow_missing', async ({ cookie }) => `${cookie}; ${(await start()).cookie}`],
    ['from another browser', 'state_mismatch', async () => (await start()).cookie],
    ['to a flow of another provider', 'flow_of_other_provider', async () => (await start('other')).cookie],
    [
      'with another state',
      'state_mismatch',
      ({ cookie }, callback) => {
        callback.searchParams.set('state', 'x'.repeat(43));
        return cookie;
      },
    ],
  ])('refuses an answer %s, and the honest one still works (J: state)', async (_, reason, spoil) => {
    const flow = await start();
    const honest = op.authorize(flow.url);
    const callback = new URL(honest);
    const answer = await bring(callback, await spoil(flow, callback));
    const before = await refusals();
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      401,
      'AUTH.SSO_FAILED',
    ]);
    expect(before[0]).toBe(reason);
    expect((await bring(honest, flow.cookie)).headers.get('location')).toContain('?code=');
  });

  it('refuses a mix-up of two providers (J: iss), and an expired flow', async () => {
    const flow = await start();
    const mixed = other.authorize(flow.url);
    expect((await bring(mixed, flow.cookie)).headers.get('location')).toBe(
      `${RETURN_TO}?error=AUTH.SSO_FAILED`,
    );
    expect((await refusals())[0]).toBe('issuer_mismatch');
    const late = await start();
    await services.sql('UPDATE sso_flows SET expires_at = statement_timestamp()');
    expect((await bring(op.authorize(late.url), late.cookie)).status).toBe(401);
    expect((await refusals())[0]).toBe('flow_unknown');
  });

  it('sends the browser back with an error, and no code, when the provider lies (J: lying IdP)', async () => {
    op.claims = (honest) => ({ ...honest, nonce: 'x'.repeat(43) });
    const { cookie, url } = await start();
    const answer = await bring(op.authorize(url), cookie);
    expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=AUTH.SSO_FAILED`);
    expect((await refusals())[0]).toBe('id_token_nonce');
  });

  it('lets one of twenty replays on two processes through (J: state reused)', async () => {
    const { cookie, url } = await start();
    const callback = op.authorize(url);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        bring(callback, cookie, index % 2 === 0 ? services.first : services.second),
      ),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
  });

  it('is worthless to whoever plants their own answer in somebody’s browser (login CSRF)', async () => {
    const attacker = await start();
    const planted = await bring(op.authorize(attacker.url), attacker.cookie);
    const victim = await start();
    const { status, body } = await exchange(planted.headers.get('location') ?? '', victim.codeVerifier);
    expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
  });

  describe('whose provider is disabled on the way', () => {
    const disable = (id: string): Promise<{ status: number }> =>
      services.first.api.patch(
        `/v1/identity-providers/${id}`,
        { enabled: false },
        { token: services.adminToken, ifMatch: 1 },
      );
    const nobodyCame = async (username: string): Promise<void> => {
      const text = `SELECT 1 FROM users LEFT JOIN sessions ON sessions.user_id = users.id WHERE username = $1`;
      expect(await services.sql(text, [username])).toEqual([]);
    };

    it('comes to nothing at the callback, on both processes (J: a provider that is disabled)', async () => {
      const id = await register('retired', op);
      const flows = [await start('retired'), await start('retired')];
      const callbacks = flows.map(({ url }) => op.authorize(url));
      op.user = { ...op.user, sub: 'late', preferred_username: 'late', email: 'late@example.com' };
      expect((await disable(id)).status).toBe(200);
      const answers = await Promise.all(
        [services.first, services.second].map((service, index) =>
          bring(callbacks[index] ?? new URL(PUBLIC_URL), flows[index]?.cookie ?? '', service),
        ),
      );
      for (const { headers } of answers) expect(headers.get('location') ?? '').not.toContain('code=');
      await nobodyCame('late');
    });

    it('comes to nothing where the process of the callback does not know yet (J: a provider that is disabled)', async () => {
      const id = await register('forgotten', op);
      const { cookie, url } = await start('forgotten');
      op.user = { ...op.user, sub: 'later', preferred_username: 'later', email: 'later@example.com' };
      await services.sql('UPDATE identity_providers SET enabled = false WHERE id = $1', [id]);
      const answer = await bring(op.authorize(url), cookie);
      expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=PROVIDER.UNAVAILABLE`);
      expect(await services.trail('sso.refused', id)).toEqual(['PROVIDER.UNAVAILABLE']);
      await nobodyCame('later');
    });

    it('comes to nothing at the exchange, on both processes (J: a provider that is disabled)', async () => {
      const id = await register('finished', op);
      op.user = { ...op.user, sub: 'in-time', preferred_username: 'in-time', email: 'in-time@example.com' };
      const bodies = [];
      for (const service of [services.first, services.second]) {
        const { cookie, url, codeVerifier } = await start('finished');
        const location = (await bring(op.authorize(url), cookie, service)).headers.get('location') ?? '';
        bodies.push({ code: new URL(location).searchParams.get('code'), codeVerifier });
      }
      expect((await disable(id)).status).toBe(200);
      for (const [index, { api }] of [services.first, services.second].entries()) {
        const { status, body } = await api.post('/v1/auth/sso/exchange', bodies[index]);
        expect([status, body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
      }
      expect(await services.trail('sso.refused', id)).toEqual(['provider_changed', 'provider_changed']);
    });
  });

  it.each([
    ['a name with a NUL', { preferred_username: 'a\u0000da', name: 'A\u0000da' }],
    ['a name of a megabyte', { preferred_username: 'a'.repeat(50_000), name: 'A'.repeat(50_000) }],
    ['lists and objects for names', { preferred_username: ['ada'], name: { first: 'Ada' }, email: 7 }],
  ])('of somebody who is known goes on although the provider says %s', async (_, said) => {
    expect((await signIn()).status).toBe(200);
    op.user = { ...op.user, ...said };
    expect((await signIn()).body.status).toBe('authenticated');
    op.user = { ...op.user, sub: `stranger ${_}` };
    const { cookie, url } = await start();
    const answer = await bring(op.authorize(url), cookie);
    expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=AUTH.INVALID_CREDENTIALS`);
  });

  it('says 503 where the provider is away before the browser leaves, and PROVIDER.UNAVAILABLE after', async () => {
    const { cookie, url } = await start();
    op.instead.set('/token', (response) => response.destroy());
    const answer = await bring(op.authorize(url), cookie);
    op.instead.clear();
    expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=PROVIDER.UNAVAILABLE`);
    const gone = new OpenIdProvider();
    gone.issuer = 'http://127.0.0.1:9';
    await register('gone', gone);
    const query = new URLSearchParams({ returnTo: RETURN_TO, codeChallenge: 'x'.repeat(43) });
    const refused = await get(services.first, `/v1/auth/oidc/gone/login?${query.toString()}`);
    expect(refused.status).toBe(503);
    expect((await get(services.first, `/v1/auth/oidc/nobody/login?${query.toString()}`)).status).toBe(404);
    query.set('returnTo', 'https://evil.example/');
    expect((await get(services.first, `/v1/auth/oidc/gone/login?${query.toString()}`)).status).toBe(422);
  });
});
