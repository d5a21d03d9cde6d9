import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyPairKeyObjectResult } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  aKey,
  OpenIdProvider,
  type Claims,
  type ProviderKey,
} from '../../../../test/support/openid-provider';
import { OutboundHttp } from '../../../infrastructure/http-client';
import { OidcDriver, type OidcWishes } from './oidc-driver';
import type { OidcProvider } from './oidc-provider';

const CALLBACK = 'https://identity.example/v1/auth/oidc/corporate/callback';
const HOUR = 3_600;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hs256 = (claims: Claims, secret: string | Buffer): string => {
  const input = `${part({ alg: 'HS256', kid: 'one' })}.${part(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};
/** Nobody gets as far as its signature. */
const unsigned = (claims: Claims): string => `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}.AAAA`;
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

describe('a relying party of OpenID providers', () => {
  let op: OpenIdProvider;
  let driver: OidcDriver;
  const started: (OpenIdProvider | OidcDriver)[] = [];

  const aProvider = async (): Promise<OpenIdProvider> => {
    const provider = await new OpenIdProvider().start();
    started.push(provider);
    return provider;
  };
  const aDriver = (issuer: string, privateNetworks = ['127.0.0.1'], acrValues: string[] = []): OidcDriver => {
    const { clientId, clientSecret } = op;
    const config = {
      issuer,
      clientId,
      clientSecret,
      assertionAudience: 'issuer',
      scopes: ['openid', 'email'],
      acrValues,
    } as const;
    const provider: OidcProvider = {
      id: randomUUID(),
      slug: 'corporate',
      domains: ['example.com'],
      trustedMethods: ['mfa'],
      config,
    };
    const made = new OidcDriver(provider, new OutboundHttp({ privateNetworks }));
    started.push(made);
    return made;
  };
  const signIn = async (wishes: OidcWishes = {}) => {
    const { url, request } = await driver.begin(CALLBACK, wishes);
    return (await driver.complete(op.authorize(url), request)).profile;
  };

  beforeEach(async () => {
    op = await aProvider();
    driver = aDriver(op.issuer);
  });

  afterEach(() => {
    for (const one of started.splice(0)) {
      if (one instanceof OpenIdProvider) one.stop();
      else one.dispose();
    }
  });

  it('believes an honest provider, and knows its people by issuer and subject (J: the key stays (iss, sub))', async () => {
    op.user = { ...op.user, email_verified: false, amr: ['pwd', 'mfa'] };
    expect(await signIn()).toMatchObject({
      externalId: `${op.issuer}#ada`,
      email: 'ada@example.com',
      emailVerified: false,
      displayName: 'Ada Lovelace',
      methods: ['mfa'],
    });
  });

  it.each([
    ['ada@example.com', true],
    ['ada@EXAMPLE.com', true],
    ['ada@bank.example', false],
    ['ada@example.com@bank.example', false],
  ])('lets a provider vouch for an address of its own domains alone: %s', async (email, emailVerified) => {
    op.user = { ...op.user, email, email_verified: true };
    expect(await signIn()).toMatchObject({ email, emailVerified });
  });

  it.each(['PS256', 'ES256'] as const)('takes %s as well', async (alg) => {
    op.key = aKey(alg, 'two');
    op.published = [op.key];
    expect((await signIn()).externalId).toContain('#ada');
  });

  it('sends PKCE S256, a state and a nonce, all fresh for each flow (J: PKCE S256 always)', async () => {
    const [one, two] = [await driver.begin(CALLBACK), await driver.begin(CALLBACK)];
    const { searchParams } = new URL(one.url);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('redirect_uri')).toBe(CALLBACK);
    for (const field of ['state', 'nonce', 'codeVerifier'] as const) {
      expect(one.request[field].length).toBeGreaterThanOrEqual(43);
      expect(one.request[field]).not.toBe(two.request[field]);
    }
  });

  const claim =
    (change: Claims) =>
    (provider: OpenIdProvider): void => {
      provider.claims = (honest) => ({ ...honest, ...change });
    };
  const without =
    (name: string) =>
    (provider: OpenIdProvider): void => {
      provider.claims = (honest) =>
        Object.fromEntries(Object.entries(honest).filter(([key]) => key !== name));
    };
  const token =
    (make: (claims: Claims, provider: OpenIdProvider) => string) =>
    (provider: OpenIdProvider): void => {
      provider.idToken = (claims) => make(claims, provider);
    };

  /** Signs with a key that the usual libraries refuse to sign with. */
  const signedWeakly =
    (alg: ProviderKey['alg'], pair: KeyPairKeyObjectResult) =>
    (provider: OpenIdProvider): void => {
      provider.published = [{ kid: 'weak', alg, ...pair }];
      provider.idToken = (claims) => {
        const input = `${part({ alg, kid: 'weak' })}.${part(claims)}`;
        const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
        return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
      };
    };

  const LIES: [string, string, (provider: OpenIdProvider) => void][] = [
    ['another nonce', 'id_token_nonce', claim({ nonce: 'x'.repeat(43) })],
    ['no nonce', 'id_token_nonce_missing', without('nonce')],
    ['another issuer', 'id_token_iss', claim({ iss: 'https://evil.example' })],
    ['another audience', 'id_token_aud', claim({ aud: 'another-client' })],
    ['an audience more, and no azp', 'id_token_aud', claim({ aud: ['portcullis', 'another-client'] })],
    ['another authorized party', 'id_token_azp', claim({ azp: 'another-client' })],
    ['an expiry in the past', 'id_token_exp', claim({ exp: inSeconds(-120) })],
    ['an issue in the future', 'id_token_iat', claim({ iat: inSeconds(HOUR), exp: inSeconds(2 * HOUR) })],
    ['a start in the future', 'id_token_nbf', claim({ nbf: inSeconds(HOUR) })],
    ['no subject', 'id_token_sub_missing', without('sub')],
    ['no expiry', 'id_token_exp_missing', without('exp')],
    ['no time of issue', 'id_token_iat_missing', token(({ iat: _, ...claims }) => unsigned(claims))],
    ['no issuer', 'id_token_iss_missing', without('iss')],
    ['no audience', 'id_token_aud_missing', without('aud')],
    ['a subject that is empty', 'id_token_sub_malformed', claim({ sub: '' })],
    ['a subject that no table takes', 'id_token_sub_malformed', claim({ sub: 'a\u0000da' })],
    ['a subject of a megabyte', 'id_token_sub_malformed', claim({ sub: 'a'.repeat(100_000) })],
    [
      'a text for an expiry',
      'id_token_exp_malformed',
      token((claims) => unsigned({ ...claims, exp: '9999999999' })),
    ],
    [
      'claims that are a list',
      'id_token_malformed',
      token((c, p) => p.signed(c).replace(/\.[^.]+\./, `.${part([c])}.`)),
    ],
    ['a subject that is no string', 'id_token_sub_malformed', claim({ sub: 7 })],
    ['the hash of another access token', 'id_token_at_hash', claim({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
    [
      'no signature (alg none)',
      'id_token_alg',
      token((claims) => `${part({ alg: 'none' })}.${part(claims)}.`),
    ],
    ['the client secret as key (HS256)', 'id_token_alg', token((claims, p) => hs256(claims, p.clientSecret))],
    [
      'the public key as secret (HS256)',
      'id_token_alg',
      token((claims, p) => hs256(claims, p.key.publicKey.export({ type: 'spki', format: 'pem' }))),
    ],
    [
      'a key of its own under the same id',
      'id_token_signature',
      token((c, p) => p.signed(c, aKey('RS256', 'one'))),
    ],
    ['a key that is published nowhere', 'key_unknown', token((c, p) => p.signed(c, aKey('RS256', 'other')))],
    [
      'a signature over something else',
      'id_token_signature',
      token((claims, p) => {
        const [header, , signature] = p.signed(claims).split('.');
        return [header, part({ ...claims, sub: 'root' }), signature].join('.');
      }),
    ],
    [
      'an RSA key of 1,024 bits',
      'key_too_weak',
      signedWeakly('RS256', generateKeyPairSync('rsa', { modulusLength: 1_024 })),
    ],
    [
      'a key of another curve',
      'key_curve',
      signedWeakly('ES256', generateKeyPairSync('ec', { namedCurve: 'P-384' })),
    ],
    [
      'a key of a curve that is broken elsewhere',
      'key_curve',
      signedWeakly('ES256', generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
    ],
    ['nothing that is a token', 'id_token_malformed', token(() => 'nonsense')],
    [
      'another subject at userinfo',
      'userinfo_sub',
      (provider) => (provider.userInfo = (honest) => ({ ...honest, sub: 'root' })),
    ],
  ];

  it.each(LIES)('refuses an ID token with %s (J: lying IdP)', async (_, reason, lie) => {
    lie(op);
    await expect(signIn()).rejects.toMatchObject({ name: 'OidcRefusal', reason });
  });

  it.each<[string, OidcWishes, string, string]>([
    ['a max age', { maxAge: 300 }, '300', 'null'],
    ['an age of nothing', { maxAge: 0 }, '0', 'null'],
    ['prompt=login', { prompt: 'login' }, '0', 'login'],
    ['both', { maxAge: 300, prompt: 'login' }, '0', 'login'],
  ])(
    'asks for %s, and is content with somebody who has just proved it',
    async (_, wishes, maxAge, prompt) => {
      const { searchParams } = new URL((await driver.begin(CALLBACK, wishes)).url);
      expect([searchParams.get('max_age'), String(searchParams.get('prompt'))]).toEqual([maxAge, prompt]);
      const authTime = inSeconds(0);
      op.user = { ...op.user, auth_time: authTime };
      expect((await signIn(wishes)).authTime).toBe(authTime);
    },
  );

  const AGED: OidcWishes = { maxAge: 300 };
  const ANEW: OidcWishes = { prompt: 'login' };
  const AGES: [string, OidcWishes, string, Claims][] = [
    ['no time at all', AGED, 'auth_time_missing', {}],
    ['no time at all', ANEW, 'auth_time_missing', {}],
    ['a time longer ago than was asked', AGED, 'auth_time_too_old', { auth_time: inSeconds(-HOUR) }],
    ['a time before it was asked anew', ANEW, 'auth_time_too_old', { auth_time: inSeconds(-300) }],
    [
      'a time before it was asked anew',
      { ...ANEW, maxAge: HOUR },
      'auth_time_too_old',
      { auth_time: inSeconds(-300) },
    ],
    ['a time to come', AGED, 'auth_time_ahead', { auth_time: inSeconds(HOUR) }],
    ['a time to come, although nothing was asked', {}, 'auth_time_ahead', { auth_time: inSeconds(HOUR) }],
    ['a text for a time', AGED, 'id_token_auth_time_malformed', { auth_time: String(inSeconds(0)) }],
  ];

  it.each(AGES)('refuses an ID token with %s (%j; J: max_age)', async (_, wishes, reason, said) => {
    op.claims = (honest) => ({ ...honest, ...said });
    await expect(signIn(wishes)).rejects.toMatchObject({ name: 'OidcRefusal', reason });
  });

  it('is not told by the userinfo endpoint, which signs nothing, how and when somebody authenticated', async () => {
    op.userInfo = (honest) => ({ ...honest, auth_time: inSeconds(0), amr: ['mfa'] });
    await expect(signIn(AGED)).rejects.toMatchObject({ reason: 'auth_time_missing' });
    const profile = await signIn();
    expect([profile.methods, profile.authTime]).toEqual([[], undefined]);
  });

  it('demands the acr that its record names', async () => {
    driver = aDriver(op.issuer, undefined, ['gold', 'silver']);
    expect(new URL((await driver.begin(CALLBACK)).url).searchParams.get('acr_values')).toBe('gold silver');
    for (const acr of [undefined, 'bronze', ['gold'], 'gold silver']) {
      op.claims = (honest) => ({ ...honest, acr });
      await expect(signIn()).rejects.toMatchObject({
        reason: expect.stringMatching(/^(id_token_acr|invalid_answer)$/),
      });
    }
    op.claims = (honest) => ({ ...honest, acr: 'silver' });
    expect((await signIn()).externalId).toContain('#ada');
  });

  const DISCOVERIES: [string, string, (honest: Claims) => unknown][] = [
    ['another issuer', 'discovery_issuer', (honest) => ({ ...honest, issuer: 'http://127.0.0.1:1' })],
    [
      'its issuer with a slash',
      'discovery_issuer',
      ({ issuer, ...rest }) => ({ issuer: `${String(issuer)}/`, ...rest }),
    ],
    [
      'a token endpoint that is none',
      'discovery_malformed',
      (honest) => ({ ...honest, token_endpoint: 'token' }),
    ],
    ['no endpoints', 'discovery_malformed', ({ issuer }) => ({ issuer })],
    [
      'to sign out at a script',
      'discovery_malformed',
      (honest) => ({ ...honest, end_session_endpoint: 'javascript:alert(1)' }),
    ],
    [
      'nothing but HS256 and none',
      'discovery_algorithms',
      (honest) => ({ ...honest, id_token_signing_alg_values_supported: ['HS256', 'none'] }),
    ],
  ];

  it.each(DISCOVERIES)(
    'refuses to start where discovery says %s (J: issuer exactly equal)',
    async (_, reason, lie) => {
      op.discovery = lie;
      await expect(driver.begin(CALLBACK)).rejects.toMatchObject({ name: 'OidcRefusal', reason });
    },
  );

  it('tells the trail apart which rule was broken (J: a reason for each refusal)', () => {
    const ofIdToken = [...LIES.map(([, reason]) => reason), ...AGES.map(([, , reason]) => reason)];
    const ofDiscovery = DISCOVERIES.map(([, reason]) => reason);
    expect([...ofIdToken, ...ofDiscovery]).not.toContain('invalid_answer');
    expect(ofDiscovery.filter((reason) => ofIdToken.includes(reason))).toEqual([]);
    // Of several cases with one reason each breaks the same rule in another way.
    const repeated = ofIdToken.filter((reason, index) => ofIdToken.indexOf(reason) !== index);
    expect([...new Set(repeated)].sort()).toEqual([
      'auth_time_ahead',
      'auth_time_missing',
      'auth_time_too_old',
      'id_token_alg',
      'id_token_aud',
      'id_token_malformed',
      'id_token_signature',
      'id_token_sub_malformed',
      'key_curve',
    ]);
  });

  it('refuses the answer of another provider, and one without its issuer (J: mix-up, RFC 9207)', async () => {
    const evil = await aProvider();
    const { url, request } = await driver.begin(CALLBACK);
    const [mixed, bare] = [evil.authorize(url), op.authorize(url)];
    bare.searchParams.delete('iss');
    for (const callback of [mixed, bare])
      await expect(driver.complete(callback, request)).rejects.toMatchObject({ reason: 'issuer_mismatch' });
    expect(op.calls).not.toContain('/token');
  });

  it('shows no answer to somebody else than who was asked (J: mix-up, a record that changed)', async () => {
    const { request, url } = await driver.begin(CALLBACK);
    const callback = op.authorize(url);
    const other = await aProvider();
    callback.searchParams.delete('iss');
    other.discovery = ({ authorization_response_iss_parameter_supported: _, ...honest }) => honest;
    await expect(aDriver(other.issuer).complete(callback, request)).rejects.toMatchObject({
      reason: 'issuer_changed',
    });
    expect(other.calls).not.toContain('/token');
  });

  it('knows keys and tokens by their addresses, however discovery spells them', async () => {
    op.discovery = (honest) => ({
      ...honest,
      jwks_uri: `${op.issuer}/x/../jwks`,
      token_endpoint: `${op.issuer.replace('http', 'HTTP')}/./token`,
    });
    for (let i = 0; i < 3; i++) expect((await signIn()).externalId).toContain('#ada');
    expect(op.calls.filter((path) => path === '/jwks')).toHaveLength(1);
  });

  it.each<[string, Claims, Claims, boolean]>([
    ['of the ID token', { email: 'ada@example.com', email_verified: true }, {}, true],
    ['of userinfo alone', {}, { email: 'ada@example.com', email_verified: true }, true],
    ['of both', { email: 'ada@example.com' }, { email: 'ada@example.com', email_verified: true }, true],
    ['of two', { email: 'ada@example.com' }, { email: 'eve@example.com', email_verified: true }, false],
    ['of none', { email_verified: true }, { email: 'ada@example.com' }, false],
    [
      'that the ID token denies',
      { email: 'ada@example.com', email_verified: false },
      { email: 'ada@example.com', email_verified: true },
      false,
    ],
  ])(
    'takes an address for verified that is the one that is said to be: %s',
    async (_, signed, told, isVerified) => {
      op.user = { sub: 'ada', ...signed };
      op.userInfo = () => ({ sub: 'ada', ...told });
      expect(await signIn()).toMatchObject({ email: 'ada@example.com', emailVerified: isVerified });
    },
  );

  it('refuses another state, and a code of another flow (J: code injection)', async () => {
    const [mine, other] = [await driver.begin(CALLBACK), await driver.begin(CALLBACK)];
    await expect(driver.complete(op.authorize(other.url), mine.request)).rejects.toMatchObject({
      name: 'OidcRefusal',
    });
    const injected = op.authorize(other.url);
    injected.searchParams.set('state', mine.request.state);
    await expect(driver.complete(injected, mine.request)).rejects.toMatchObject({
      reason: 'code_refused_by_provider',
    });
  });

  it('refuses a code that comes a second time (J: code replay)', async () => {
    const { url, request } = await driver.begin(CALLBACK);
    const callback = op.authorize(url);
    await driver.complete(callback, request);
    await expect(driver.complete(callback, request)).rejects.toMatchObject({
      reason: 'code_refused_by_provider',
    });
  });

  it('says that the user was turned down', async () => {
    const { url, request } = await driver.begin(CALLBACK);
    const callback = op.authorize(url);
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'access_denied');
    await expect(driver.complete(callback, request)).rejects.toMatchObject({ reason: 'refused_by_provider' });
  });

  it('follows a rotation of keys in the middle of a flow, and asks for made-up keys once (J: JWKS)', async () => {
    await signIn();
    op.key = aKey('RS256', 'two');
    op.published = [op.key];
    await signIn();
    op.key = aKey('RS256', 'made-up');
    for (let i = 0; i < 10; i++) await expect(signIn()).rejects.toMatchObject({ reason: 'key_unknown' });
    expect(op.calls.filter((path) => path === '/jwks').length).toBeLessThanOrEqual(3);
  });

  it('goes on with known keys while the key set is down, and never without a key (J: JWKS down)', async () => {
    await signIn();
    op.instead.set('/jwks', (response) => response.writeHead(500).end());
    await signIn();
    op.key = aKey('RS256', 'two');
    await expect(signIn()).rejects.toMatchObject({ code: 'PROVIDER.UNAVAILABLE' });
  });

  const never = (): void => undefined;
  it.each<[string, string, (response: ServerResponse) => void]>([
    [
      'key set of ten megabytes',
      '/jwks',
      (response) => response.on('error', never).end(Buffer.alloc(10_485_760, ' ')),
    ],
    ['token endpoint that fails', '/token', (response) => response.writeHead(502).end()],
    ['token endpoint that hangs up', '/token', (response) => response.destroy()],
    ['token endpoint that never answers', '/token', never],
    ['userinfo endpoint that never ends', '/userinfo', (response) => response.writeHead(200).write('{')],
    ['discovery that is no JSON', '/.well-known/openid-configuration', (response) => response.end('<html>')],
  ])('takes a %s for an outage, within five seconds', async (_, path, behave) => {
    op.instead.set(path, behave);
    const startedAt = Date.now();
    await expect(signIn()).rejects.toMatchObject({ code: 'PROVIDER.UNAVAILABLE' });
    expect(Date.now() - startedAt).toBeLessThan(5_500);
  });

  it('is led nowhere else by a redirect, and to no address of our own network (SSRF)', async () => {
    const inner = await aProvider();
    op.instead.set('/token', (response) =>
      response.writeHead(307, { location: `${inner.issuer}/token` }).end(),
    );
    await expect(signIn()).rejects.toMatchObject({ reason: 'answer_status' });
    driver = aDriver(op.issuer, []);
    await expect(signIn()).rejects.toMatchObject({ code: 'PROVIDER.UNAVAILABLE' });
    driver = aDriver(op.issuer);
    op.discovery = (honest) => ({
      ...honest,
      jwks_uri: 'http://localhost:1/jwks',
      token_endpoint: 'http://10.0.0.1/',
    });
    await expect(signIn()).rejects.toMatchObject({ code: 'PROVIDER.UNAVAILABLE' });
    expect(inner.calls).toEqual([]);
  });

  it('leaves a provider alone that keeps failing', async () => {
    op.instead.set('/token', (response) => response.writeHead(500).end());
    for (let i = 0; i < 12; i++)
      await expect(signIn()).rejects.toMatchObject({ code: 'PROVIDER.UNAVAILABLE' });
    expect(driver.dependency.condition()).toMatchObject({ state: 'down', breaker: 'open' });
    expect(op.calls.filter((path) => path === '/token').length).toBeLessThan(12);
  });
});
