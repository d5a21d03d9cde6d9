import { createHash, randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { Tokens } from '../support/api-client';
import {
  DIRECTORY_PASSWORD,
  startDirectory,
  type DirectoryStandIn,
} from '../support/audited-routes/directory-stand-in';
import { OpenIdProvider } from '../support/openid-provider';
import { encode, TestIdp } from '../support/saml/test-idp';
import type { ServiceProcess } from '../support/service';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const RETURN_TO = 'https://identity.example.com/account';

interface Started {
  readonly url: string;
  readonly fields: Record<string, string> | null;
  readonly cookie: string;
}

describe('linking an identity by way of a browser', () => {
  const idp = new TestIdp();
  let services: TwoServices;
  let op: OpenIdProvider;

  const register = async (kind: string, slug: string, config: object): Promise<void> => {
    const record = { kind, slug, name: slug, config: { jitProvisioning: true, ...config } };
    const { status, body } = await services.first.api.post('/v1/identity-providers', record, {
      token: services.adminToken,
    });
    expect([status, body]).toEqual([201, expect.anything()]);
  };
  const somebody = async (): Promise<TestUser & Tokens> => {
    const user = await services.aUser();
    return { ...user, ...(await services.first.api.signIn(user.username, PASSWORD)) };
  };
  const ask = (slug: string, token: string, returnTo = RETURN_TO) =>
    services.first.api.post(`/v1/users/me/identities/${slug}/start`, { returnTo }, { token });
  const start = async (slug: string, token: string): Promise<Started> => {
    const { status, headers, body } = await ask(slug, token);
    expect([status, body]).toEqual([200, expect.anything()]);
    const [cookie = ''] = headers.getSetCookie();
    return { ...(body as Omit<Started, 'cookie'>), cookie: cookie.split(';')[0] ?? '' };
  };
  /** The provider's answer, as the browser brings it to a process of ours. */
  const bring = (
    { pathname, search }: URL,
    cookie: string,
    service: ServiceProcess = services.second,
  ): Promise<Response> =>
    fetch(`${service.api.baseUrl}${pathname}${search}`, { redirect: 'manual', headers: { cookie } });
  const setEnabled = async (slug: string, enabled: boolean): Promise<void> => {
    const [row] = await services.sql<{ id: string; version: number }>(
      'SELECT id, version FROM identity_providers WHERE slug = $1',
      [slug],
    );
    const path = `/v1/identity-providers/${row?.id ?? ''}`;
    const ifMatch = row?.version ?? 0;
    const { status } = await services.first.api.patch(
      path,
      { enabled },
      { token: services.adminToken, ifMatch },
    );
    expect(status).toBe(200);
  };
  const linked = async (token: string): Promise<string[]> => {
    const { body } = await services.second.api.get('/v1/users/me/identities', { token });
    return (body.items as { provider: string }[]).map(({ provider }) => provider);
  };
  /** An ordinary sign-in through the provider, as far as the browser goes. */
  const browse = async (slug = 'corporate'): Promise<{ location: string; codeVerifier: string }> => {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const query = new URLSearchParams({ returnTo: RETURN_TO, codeChallenge });
    const login = new URL(`${services.first.api.baseUrl}/v1/auth/oidc/${slug}/login?${query.toString()}`);
    const begun = await bring(login, '', services.first);
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const answer = await bring(op.authorize(begun.headers.get('location') ?? ''), cookie);
    return { location: answer.headers.get('location') ?? '', codeVerifier };
  };
  const aCode = async (slug?: string): Promise<{ code: string; codeVerifier: string }> => {
    const { location, codeVerifier } = await browse(slug);
    return { code: new URL(location).searchParams.get('code') ?? '', codeVerifier };
  };
  /** The whole of it: to where the browser is sent, and whose session that brings. */
  const signIn = async (): Promise<{ location: string; subject: string | undefined }> => {
    const { location, codeVerifier } = await browse();
    const code = new URL(location).searchParams.get('code') ?? '';
    const { body } = await services.first.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
    const me = await services.first.api.get('/v1/auth/me', { token: body.accessToken as string });
    return { location, subject: me.body.subject as string };
  };

  beforeAll(async () => {
    op = await new OpenIdProvider().start();
    services = await startTwoServices({
      PUBLIC_URL: 'https://identity.example.com',
      SSO_RETURN_URLS: RETURN_TO,
      OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8',
      RATE_LIMIT_SSO_START: '100000',
      RATE_LIMIT_LOGIN_PER_ADDRESS: '100000',
    });
    const { issuer, clientId, clientSecret } = op;
    await register('oidc', 'corporate', { issuer, clientId, clientSecret });
    await register('oidc', 'gone', { issuer: 'http://127.0.0.1:9', clientId, clientSecret });
    for (const [slug, ssoBinding] of Object.entries({ saml: 'redirect', 'saml-post': 'post' }))
      await register('saml', slug, {
        ssoBinding,
        entityId: idp.entityId,
        ssoUrl: 'https://idp.example/sso',
        idpCertificates: [idp.keys.certificatePem],
        attributes: { email: 'mail', username: 'uid' },
      });
  });

  afterAll(async () => {
    await services.stop();
    op.stop();
  });

  let count = 0;
  beforeEach(() => {
    const sub = `person-${++count}`;
    op.user = { sub, preferred_username: sub, email: `${sub}@corp.example`, email_verified: true };
  });

  it('brings back no code but the way in: whoever signs in there is in this account from now on', async () => {
    const user = await somebody();
    const { url, fields, cookie } = await start('corporate', user.accessToken);
    expect(fields).toBeNull();
    const answer = await bring(op.authorize(url), cookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${RETURN_TO}?linked=true`]);
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-ptc_flow=; Max-Age=0; /)]);
    expect(await linked(user.accessToken)).toEqual(['corporate']);
    expect((await signIn()).subject).toBe(user.id);
    expect(await services.trail('identity.linked', user.id)).toEqual(['success']);
  });

  it('B: is the way in for its owner while strangers keep the password locked', async () => {
    const user = await somebody();
    const { url, cookie } = await start('corporate', user.accessToken);
    await bring(op.authorize(url), cookie);
    for (let attempt = 0; attempt < 6; attempt++)
      expect((await services.first.api.login(user.username, 'not the right sentence')).status).toBe(401);
    expect((await services.second.api.login(user.username, PASSWORD)).status).toBe(401);
    expect((await signIn()).subject).toBe(user.id);
  });

  it('D: unlinking ends all other sessions, on both processes, and the code of a sign-in that is on its way', async () => {
    const user = await somebody();
    const { url, cookie } = await start('corporate', user.accessToken);
    await bring(op.authorize(url), cookie);
    const thief = await services.second.api.post('/v1/auth/sso/exchange', await aCode());
    expect(thief.status).toBe(200);
    const onItsWay = await aCode();

    const path = '/v1/users/me/identities/corporate';
    expect((await services.first.api.delete(path, { token: user.accessToken })).status).toBe(204);
    await services.expectDead(thief.body.accessToken as string);
    const late = await services.second.api.post('/v1/auth/sso/exchange', onItsWay);
    expect([late.status, late.body.code]).toEqual([401, 'AUTH.INVALID_CODE']);
    const { refreshToken } = user;
    const own = await services.second.api.post('/v1/auth/refresh', { refreshToken });
    expect(own.body.sessionId).toBe(user.sessionId);
    expect(await linked(own.body.accessToken as string)).toEqual([]);
  });

  it.each([['saml'], ['saml-post']])('links by SAML too (%s)', async (slug) => {
    const user = await somebody();
    const { url, fields, cookie } = await start(slug, user.accessToken);
    const asked = fields ?? Object.fromEntries(new URL(url).searchParams);
    const packed = Buffer.from(asked.SAMLRequest ?? '', 'base64');
    const xml = (fields === null ? inflateRawSync(packed) : packed).toString();
    const said = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? '';
    const request = {
      acsUrl: said(/AssertionConsumerServiceURL="([^"]*)"/),
      audience: said(/<saml:Issuer[^>]*>([^<]*)</),
      inResponseTo: said(/ ID="([^"]*)"/),
    };
    const response = encode(await idp.response(request, { nameId: user.username }));
    const answer = await fetch(`${services.second.api.baseUrl}/v1/auth/saml/${slug}/acs`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body: new URLSearchParams({ SAMLResponse: response, RelayState: asked.RelayState ?? '' }),
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${RETURN_TO}?linked=true`]);
    expect(await linked(user.accessToken)).toEqual([slug]);
  });

  it.each<[string, (user: TestUser & Tokens) => Promise<unknown>]>([
    [
      'the session has ended',
      ({ refreshToken }) => services.first.api.post('/v1/auth/logout', { refreshToken }),
    ],
    ['the epoch has', ({ id }) => services.sql('UPDATE users SET epoch = epoch + 1 WHERE id = $1', [id])],
    [
      'the account is disabled',
      ({ id }) =>
        services.first.api.post(`/v1/users/${id}/disable`, undefined, { token: services.adminToken }),
    ],
  ])('comes to nothing where %s meanwhile, on the other process', async (_title, end) => {
    const user = await somebody();
    const { url, cookie } = await start('corporate', user.accessToken);
    await end(user);
    const answer = await bring(op.authorize(url), cookie);
    expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=SESSION.NOT_FOUND`);
    expect(await services.sql('SELECT 1 FROM external_identities WHERE user_id = $1', [user.id])).toEqual([]);
  });

  describe('by the password of a directory', () => {
    let directory: DirectoryStandIn;
    const link = ({ accessToken: token, username }: TestUser & Tokens) =>
      services.second.api.post(
        '/v1/users/me/identities/directory',
        { username, password: DIRECTORY_PASSWORD },
        { token },
      );

    beforeAll(async () => {
      directory = await startDirectory();
      await register('ldap', 'directory', directory.config);
    });
    beforeEach(() => {
      directory.meanwhile = () => Promise.resolve();
    });
    afterAll(() => directory.stop());

    it('adds the way in', async () => {
      const user = await somebody();
      expect((await link(user)).status).toBe(204);
      expect(await linked(user.accessToken)).toEqual(['directory']);
    });

    it.each<[string, string, (user: TestUser & Tokens) => Promise<unknown>]>([
      [
        'the session ends',
        'SESSION.NOT_FOUND',
        ({ refreshToken }) => services.first.api.post('/v1/auth/logout', { refreshToken }),
      ],
      [
        'the account changes',
        'SESSION.NOT_FOUND',
        ({ id }) => services.sql('UPDATE users SET epoch = epoch + 1 WHERE id = $1', [id]),
      ],
      [
        'the provider is disabled',
        'PROVIDER.NOT_FOUND',
        () => services.sql(`UPDATE identity_providers SET enabled = false WHERE slug = 'directory'`),
      ],
    ])('comes to nothing where %s while the directory looks', async (_title, code, meanwhile) => {
      const user = await somebody();
      directory.meanwhile = () => meanwhile(user);
      const { status, body } = await link(user);
      await services.sql(`UPDATE identity_providers SET enabled = true WHERE slug = 'directory'`);
      expect([status, body.code]).toEqual([404, code]);
      expect(await services.sql('SELECT 1 FROM external_identities WHERE user_id = $1', [user.id])).toEqual(
        [],
      );
    });
  });

  it('is not finished by another browser (a link sent to somebody else), and the honest one still works', async () => {
    const [attacker, victim] = [await somebody(), await somebody()];
    const planted = await start('corporate', attacker.accessToken);
    const own = await start('corporate', victim.accessToken);
    const callback = op.authorize(planted.url);
    for (const cookie of ['', own.cookie]) expect((await bring(callback, cookie)).status).toBe(401);
    expect([...(await linked(attacker.accessToken)), ...(await linked(victim.accessToken))]).toEqual([]);
    await bring(op.authorize(own.url), own.cookie);
    expect(await linked(victim.accessToken)).toEqual(['corporate']);
  });

  it('never signs in: an identity that is somebody’s already brings IDENTITY.TAKEN and no code', async () => {
    const { subject } = await signIn();
    const codes = await services.sql('SELECT code_hash FROM sso_codes');
    const user = await somebody();
    const { url, cookie } = await start('corporate', user.accessToken);
    const answer = await bring(op.authorize(url), cookie);
    expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=IDENTITY.TAKEN`);
    expect(await services.sql('SELECT code_hash FROM sso_codes')).toEqual(codes);
    expect((await signIn()).subject).toBe(subject);
  });

  it('is nothing that a sign-in does, whoever is signed in in the same browser', async () => {
    const user = await somebody();
    await start('corporate', user.accessToken);
    const { location, subject } = await signIn();
    expect(location).toContain('?code=');
    expect(subject).not.toBe(user.id);
    expect(await linked(user.accessToken)).toEqual([]);
  });

  it('happens once of twenty replays on two processes', async () => {
    const user = await somebody();
    const { url, cookie } = await start('corporate', user.accessToken);
    const callback = op.authorize(url);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        bring(callback, cookie, index % 2 === 0 ? services.first : services.second),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      303,
      ...Array.from({ length: 19 }, () => 401),
    ]);
    expect(await linked(user.accessToken)).toEqual(['corporate']);
  });

  it('asks for a fresh authentication', async () => {
    const user = await somebody();
    await services.sql(
      `UPDATE sessions SET authenticated_at = authenticated_at - interval '10 minutes' WHERE id = $1`,
      [user.sessionId],
    );
    const { refreshToken } = user;
    const { body } = await services.first.api.post('/v1/auth/refresh', { refreshToken });
    const refused = await ask('corporate', body.accessToken as string);
    expect([refused.status, refused.body.code]).toEqual([401, 'AUTH.INSUFFICIENT_USER_AUTHENTICATION']);
  });

  it.each([
    ['nobody', RETURN_TO, 404, 'PROVIDER.NOT_FOUND'],
    ['gone', RETURN_TO, 503, 'PROVIDER.UNAVAILABLE'],
    ['gone', 'https://evil.example/', 422, 'AUTH.RETURN_URL_NOT_REGISTERED'],
    ['saml', 'https://evil.example/', 422, 'AUTH.RETURN_URL_NOT_REGISTERED'],
  ])('at %s with %s is answered %i, without a cookie', async (slug, returnTo, status, code) => {
    const { accessToken } = await somebody();
    const answer = await ask(slug, accessToken, returnTo);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it.each([
    ['disabled', 'enabled = false'],
    ['changed', 'version = version + 1'],
  ])(
    'is refused by the database where the provider was %s and no process knows yet',
    async (_title, change) => {
      const user = await somebody();
      const { url, cookie } = await start('corporate', user.accessToken);
      const [before] = await services.sql<{ version: number }>(
        `SELECT version FROM identity_providers WHERE slug = 'corporate'`,
      );
      await services.sql(`UPDATE identity_providers SET ${change} WHERE slug = 'corporate'`);
      const answer = await bring(op.authorize(url), cookie);
      await services.sql(
        `UPDATE identity_providers SET enabled = true, version = $1 WHERE slug = 'corporate'`,
        [before?.version],
      );
      expect(answer.headers.get('location')).toBe(`${RETURN_TO}?error=PROVIDER.NOT_FOUND`);
      expect(await linked(user.accessToken)).toEqual([]);
    },
  );

  describe('of a provider that is disabled', () => {
    const own = '/v1/users/me/identities';

    it('is listed as one that nobody signs in by, and its owner takes it away', async () => {
      const { issuer, clientId, clientSecret } = op;
      await register('oidc', 'retired', { issuer, clientId, clientSecret });
      const user = await somebody();
      const { url, cookie } = await start('retired', user.accessToken);
      await bring(op.authorize(url), cookie);
      const onItsWay = await aCode('retired');

      await setEnabled('retired', false);
      const { body } = await services.second.api.get(own, { token: user.accessToken });
      expect(body.items).toEqual([
        expect.objectContaining({ provider: 'retired', name: 'retired', enabled: false }),
      ]);
      expect((await services.second.api.post('/v1/auth/sso/exchange', onItsWay)).status).toBe(401);

      const path = `${own}/retired`;
      expect((await services.second.api.delete(path, { token: user.accessToken })).status).toBe(204);
      expect(await services.sql('SELECT 1 FROM external_identities WHERE user_id = $1', [user.id])).toEqual(
        [],
      );
      expect(await services.trail('identity.unlinked', user.id)).toEqual(['success']);
    });

    it('is no way in that is left, once the other one is taken away', async () => {
      const { issuer, clientId, clientSecret } = op;
      await register('oidc', 'other', { issuer, clientId, clientSecret });
      const { body: provisioned } = await services.first.api.post('/v1/auth/sso/exchange', await aCode());
      const token = provisioned.accessToken as string;
      const { url, cookie } = await start('other', token);
      await bring(op.authorize(url), cookie);
      expect((await linked(token)).sort()).toEqual(['corporate', 'other']);

      await setEnabled('other', false);
      const last = await services.second.api.delete(`${own}/corporate`, { token });
      expect([last.status, last.body.code]).toEqual([409, 'IDENTITY.LAST_WAY_IN']);
      expect((await services.first.api.delete(`${own}/other`, { token })).status).toBe(204);
    });

    it('of which there is none of one’s own is not found', async () => {
      const user = await somebody();
      for (const slug of ['retired', 'corporate', 'nobody']) {
        const { status, body } = await services.first.api.delete(`${own}/${slug}`, {
          token: user.accessToken,
        });
        expect([status, body.code]).toEqual([404, 'IDENTITY.NOT_FOUND']);
      }
    });
  });
});
