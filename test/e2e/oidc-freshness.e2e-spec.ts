import { OidcClient, RETURN_TO, startServicesForOidc } from '../support/oidc-client';
import { OpenIdProvider } from '../support/openid-provider';
import type { TwoServices } from '../support/two-services';

const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1_000) - seconds;

describe('how fresh a sign-in through an OpenID provider is', () => {
  let services: TwoServices;
  let op: OpenIdProvider;
  let client: OidcClient;
  let providerId: string;

  const me = async (token: string) => (await services.second.api.get('/v1/auth/me', { token })).body;
  /** Asks for an authentication of the last five minutes. */
  const enrol = (token: string) => services.second.api.post('/v1/users/me/mfa/totp', {}, { token });

  beforeAll(async () => {
    op = await new OpenIdProvider().start();
    services = await startServicesForOidc();
    client = new OidcClient(services, 'corporate');
    providerId = await client.register(op);
  });

  afterAll(async () => {
    await services.stop();
    op.stop();
  });

  beforeEach(() => {
    op.user = { sub: 'ada', preferred_username: 'ada', email: 'ada@example.com' };
  });

  it('is what the provider says: an old sign-in there opens nothing here that asks for a fresh one', async () => {
    const old = secondsAgo(3_600);
    op.user = { ...op.user, auth_time: old };
    const { body } = await client.signIn(op);
    expect((await me(body.accessToken as string)).authTime).toBe(old);
    expect((await enrol(body.accessToken as string)).body.code).toBe('AUTH.INSUFFICIENT_USER_AUTHENTICATION');
    const { refreshToken } = body as { refreshToken: string };
    const refreshed = await services.first.api.post('/v1/auth/refresh', { refreshToken });
    expect((await me(refreshed.body.accessToken as string)).authTime).toBe(old);
  });

  it.each([[{ maxAge: '300' }], [{ prompt: 'login' }], [{ maxAge: '300', prompt: 'login' }]])(
    'is proved anew by a flow with %j',
    async (wishes) => {
      const fresh = secondsAgo(1);
      op.user = { ...op.user, auth_time: fresh };
      const { body } = await client.signIn(op, wishes);
      expect((await me(body.accessToken as string)).authTime).toBe(fresh);
      expect((await enrol(body.accessToken as string)).status).toBe(200);
    },
  );

  it.each([
    ['auth_time_too_old', { auth_time: secondsAgo(3_600) }],
    ['auth_time_missing', {}],
    ['auth_time_ahead', { auth_time: secondsAgo(-3_600) }],
  ])('is not believed with %s, whatever the browser did to the address', async (reason, said) => {
    op.user = { ...op.user, ...said };
    const { url, cookie } = await client.start({ maxAge: '300' });
    url.searchParams.delete('max_age');
    expect(await client.bring(op.authorize(url.href), cookie)).toBe(`${RETURN_TO}?error=AUTH.SSO_FAILED`);
    expect((await services.trail('sso.refused', providerId))[0]).toBe(reason);
  });

  it.each(['maxAge=-1', 'maxAge=1.5', 'maxAge=soon', 'maxAge=1&maxAge=2', 'prompt=none', 'prompt='])(
    'is nothing that %s could ask for',
    async (wish) => {
      const query = `returnTo=${encodeURIComponent(RETURN_TO)}&codeChallenge=${'x'.repeat(43)}&${wish}`;
      expect((await client.visit(services.first, `/v1/auth/oidc/corporate/login?${query}`)).status).toBe(400);
    },
  );
});
