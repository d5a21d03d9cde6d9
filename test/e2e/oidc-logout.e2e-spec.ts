import type { Tokens } from '../support/api-client';
import { OidcClient, PUBLIC_URL, RETURN_TO, startServicesForOidc } from '../support/oidc-client';
import { OpenIdProvider } from '../support/openid-provider';
import { PASSWORD, type TwoServices } from '../support/two-services';

const LANDING = `${PUBLIC_URL}/v1/auth/sso/logged-out`;

describe('signing out at an OpenID provider', () => {
  let services: TwoServices;
  let op: OpenIdProvider;
  let client: OidcClient;
  let idToken: string;

  const signIn = async (through = client): Promise<Tokens> => {
    const { status, body } = await through.signIn(op);
    expect([status, body.status]).toEqual([200, 'authenticated']);
    return body as Tokens;
  };
  const logout = (body: object, token?: string) =>
    services.first.api.post('/v1/auth/sso/logout', body, token === undefined ? {} : { token });
  const kept = (): Promise<{ box: Buffer | null }[]> =>
    services.sql<{ box: Buffer | null }>('SELECT logout_ciphertext AS box FROM provider_sign_ins');
  const land = (state: string): Promise<Response> =>
    client.visit(services.first, `/v1/auth/sso/logged-out?state=${encodeURIComponent(state)}`);
  const stateOf = ({ body }: { body: { logoutUrl: string } }): string =>
    new URL(body.logoutUrl).searchParams.get('state') ?? '';

  beforeAll(async () => {
    op = await new OpenIdProvider().start();
    op.discovery = (honest) => ({ ...honest, end_session_endpoint: `${op.issuer}/end?tenant=1` });
    services = await startServicesForOidc();
    client = new OidcClient(services, 'corporate');
    await client.register(op);
  });

  afterAll(async () => {
    await services.stop();
    op.stop();
  });

  beforeEach(async () => {
    await services.sql('DELETE FROM provider_sign_ins');
    op.user = { sub: 'ada', preferred_username: 'ada', email: 'ada@example.com' };
    op.idToken = (claims) => (idToken = op.signed(claims));
  });

  it('ends the session on every process, and leads the browser to the provider and back to the client', async () => {
    const { accessToken, refreshToken } = await signIn();
    const answer = await logout({ refreshToken, returnTo: RETURN_TO });
    expect(answer.status).toBe(200);
    const url = new URL(answer.body.logoutUrl as string);
    expect(`${url.origin}${url.pathname}`).toBe(`${op.issuer}/end`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: '1',
      client_id: op.clientId,
      id_token_hint: idToken,
      post_logout_redirect_uri: LANDING,
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
    await services.expectDead(accessToken);
    expect(await kept()).toEqual([]);
    const landed = await land(stateOf(answer));
    expect([landed.status, landed.headers.get('location')]).toEqual([303, `${RETURN_TO}?loggedOut=true`]);
  });

  it('works by a bearer as well, and once', async () => {
    const { accessToken } = await signIn();
    expect((await logout({ returnTo: RETURN_TO }, accessToken)).body.logoutUrl).toContain('id_token_hint');
    expect((await logout({ returnTo: RETURN_TO }, accessToken)).body).toEqual({ logoutUrl: null });
  });

  it('asks nobody: the provider may be down, disabled or led elsewhere', async () => {
    const elsewhere = new OidcClient(services, 'leaving');
    const id = await elsewhere.register(op);
    op.user = { sub: 'grace', preferred_username: 'grace', email: 'grace@example.com' };
    const { accessToken, refreshToken } = await signIn(elsewhere);
    await services.first.api.patch(
      `/v1/identity-providers/${id}`,
      { enabled: false, config: { issuer: 'https://elsewhere.example', clientSecret: 'another' } },
      { token: services.adminToken, ifMatch: 1 },
    );
    const asked = op.calls.length;
    const { body } = await logout({ refreshToken, returnTo: RETURN_TO });
    expect(body.logoutUrl).toContain(`${op.issuer}/end?`);
    await services.expectDead(accessToken);
    expect(op.calls).toHaveLength(asked);
  });

  it('ends the session also where the ID token cannot be opened any more', async () => {
    const { accessToken, refreshToken } = await signIn();
    await services.sql(`UPDATE provider_sign_ins SET logout_ciphertext = '\\x00'`);
    expect((await logout({ refreshToken, returnTo: RETURN_TO })).body).toEqual({ logoutUrl: null });
    await services.expectDead(accessToken);
  });

  it.each([['https://evil.example/'], [`${RETURN_TO}/`], [LANDING], ['javascript:alert(1)']])(
    'ends the session before it refuses to return to %j',
    async (returnTo) => {
      const { accessToken, refreshToken } = await signIn();
      const { status, body } = await logout({ refreshToken, returnTo });
      expect([status, body.code]).toEqual([422, 'AUTH.RETURN_URL_NOT_REGISTERED']);
      await services.expectDead(accessToken);
    },
  );

  it('has nothing to say of sessions that no provider brought, and of tokens that are none', async () => {
    const user = await services.aUser();
    const { refreshToken } = await services.first.api.signIn(user.username, PASSWORD);
    for (const body of [{ refreshToken }, { refreshToken: 'ptr_nonsense' }, {}])
      expect((await logout({ ...body, returnTo: RETURN_TO })).body).toEqual({ logoutUrl: null });
  });

  it('returns a browser once, by a state that we made, within ten minutes', async () => {
    const states = [];
    for (let i = 0; i < 2; i++)
      states.push(
        stateOf(await logout({ refreshToken: (await signIn()).refreshToken, returnTo: RETURN_TO })),
      );
    const [used = '', late = ''] = states;
    const answers = await Promise.all(Array.from({ length: 10 }, () => land(used)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    await services.sql('UPDATE provider_sign_outs SET expires_at = statement_timestamp()');
    for (const state of [used, late, 'made up']) expect((await land(state)).status).toBe(401);
    expect((await land('')).status).toBe(400);
  });

  it.each<[string, (tokens: Tokens) => Promise<unknown>]>([
    [
      'by its owner',
      ({ sessionId, accessToken }) =>
        services.first.api.delete(`/v1/sessions/${sessionId}`, { token: accessToken }),
    ],
    ['by a plain logout', ({ refreshToken }) => services.first.api.post('/v1/auth/logout', { refreshToken })],
    [
      'with the account’s others',
      ({ accessToken }) =>
        services.first.api.delete('/v1/sessions?includeCurrent=true', { token: accessToken }),
    ],
    [
      'by a thief’s reuse of a refresh token',
      async ({ refreshToken }) => {
        await services.first.api.post('/v1/auth/refresh', { refreshToken });
        await services.first.api.post('/v1/auth/refresh', { refreshToken });
      },
    ],
  ])('keeps the ID token sealed, and forgets it with a session that is ended %s', async (_title, end) => {
    const tokens = await signIn();
    const [row] = await kept();
    expect(row?.box?.length).toBeGreaterThan(idToken.length);
    expect(row?.box?.includes(idToken.slice(0, 20))).toBe(false);
    await end(tokens);
    expect(await kept()).toEqual([]);
  });

  it('keeps nothing where the provider offers no sign-out', async () => {
    const plain = await new OpenIdProvider().start();
    const through = new OidcClient(services, 'plain');
    await through.register(plain);
    plain.user = { sub: 'joan', preferred_username: 'joan', email: 'joan@example.com' };
    const { body } = await through.signIn(plain);
    plain.stop();
    expect(await kept()).toEqual([{ box: null }]);
    const { refreshToken } = body as Tokens;
    expect((await logout({ refreshToken, returnTo: RETURN_TO })).body).toEqual({ logoutUrl: null });
  });
});
