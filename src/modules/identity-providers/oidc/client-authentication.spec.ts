import {
  createPublicKey,
  generateKeyPairSync,
  verify,
  X509Certificate,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { makeKeyPair } from '../../../../test/support/saml/certificates';
import { clientAuthentication } from './client-authentication';
import { clientKeyField, generateClientKey, publicJwkOf, type ClientKey } from './client-key';
import { oidcKind } from './oidc-config';
import { readMetadata, type OidcMetadata } from './oidc-metadata';

const ISSUER = 'https://op.example';
const TOKEN_ENDPOINT = `${ISSUER}/token`;

const metadataOffering = (...methods: string[]): OidcMetadata =>
  readMetadata(ISSUER, {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: TOKEN_ENDPOINT,
    jwks_uri: `${ISSUER}/jwks`,
    token_endpoint_auth_methods_supported: methods,
  });

/** What the token endpoint is sent. */
async function sent(config: object, ...offered: string[]) {
  const metadata = metadataOffering(...offered);
  const client = { client_id: 'portcullis' };
  const parsed = oidcKind.parse({ issuer: ISSUER, clientId: client.client_id, ...config });
  const [body, headers] = [new URLSearchParams(), new Headers()];
  const authenticate = await clientAuthentication(parsed, metadata);
  await (authenticate(metadata, client, body, headers) as unknown as Promise<void> | undefined);
  return { authorization: headers.get('authorization'), body: Object.fromEntries(body) };
}

const part = (assertion: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(assertion.split('.')[index] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;

function isSignedBy(key: ClientKey, assertion: string): boolean {
  const jwk = publicJwkOf(key);
  const [header, payload, signature = ''] = assertion.split('.');
  return verify(
    jwk.alg === 'EdDSA' ? null : 'sha256',
    Buffer.from(`${header}.${payload}`),
    {
      key: createPublicKey({ key: { ...jwk } as JsonWebKey, format: 'jwk' }),
      dsaEncoding: 'ieee-p1363',
    },
    Buffer.from(signature, 'base64url'),
  );
}

const pemOf = (pair: { readonly privateKey: KeyObject }): string =>
  pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const keys: [string, ClientKey][] = [
  ['RS256', { privateKeyPem: pemOf(generateKeyPairSync('rsa', { modulusLength: 2_048 })) }],
  ['ES256', { privateKeyPem: pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' })) }],
  ['EdDSA', { privateKeyPem: pemOf(generateKeyPairSync('ed25519')) }],
];

describe('what an OpenID provider knows us by', () => {
  it.each<[string | undefined, string[], boolean]>([
    [undefined, ['client_secret_post', 'client_secret_basic'], true],
    [undefined, ['client_secret_post'], false],
    ['client_secret_basic', ['client_secret_post'], true],
    ['client_secret_post', ['client_secret_basic'], false],
  ])('is the secret, where the record says %s and discovery %j', async (method, offered, isBasic) => {
    const { authorization, body } = await sent(
      { clientSecret: 'hush', clientAuthentication: method },
      ...offered,
    );
    expect([authorization?.startsWith('Basic '), body.client_secret]).toEqual(
      isBasic ? [true, undefined] : [undefined, 'hush'],
    );
  });

  it.each(keys)('is an assertion that is new each time, by a key for %s', async (alg, clientKey) => {
    const config = { clientAuthentication: 'private_key_jwt', clientKey, clientSecret: 'hush' };
    const [one, two] = [await sent(config, 'private_key_jwt'), await sent(config, 'private_key_jwt')];
    const { client_assertion: assertion = '', client_assertion_type: type } = one.body;
    expect(type).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(isSignedBy(clientKey, assertion)).toBe(true);
    expect(part(assertion, 0)).toEqual({ alg, kid: publicJwkOf(clientKey).kid });
    const { iss, sub, aud, exp, iat, jti } = part(assertion, 1) as Record<string, number>;
    expect([iss, sub, aud]).toEqual(['portcullis', 'portcullis', ISSUER]);
    expect((exp ?? 0) - (iat ?? 0)).toBeLessThanOrEqual(60);
    expect(jti).not.toBe(part(two.body.client_assertion ?? '', 1).jti);
    expect(one.authorization).toBeNull();
    expect(JSON.stringify(one)).not.toContain('hush');
  });

  it('is for the token endpoint, and names the certificate of the key, where the provider wants that', async () => {
    const { privateKeyPem, certificatePem } = makeKeyPair();
    const clientKey = { privateKeyPem, certificatePem };
    const config = {
      clientAuthentication: 'private_key_jwt',
      assertionAudience: 'token_endpoint',
      clientKey,
    };
    const { body } = await sent(config, 'private_key_jwt');
    const assertion = body.client_assertion ?? '';
    const { fingerprint, fingerprint256 } = new X509Certificate(certificatePem);
    const thumbprint = (hex: string): string =>
      Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64url');
    expect(part(assertion, 0)).toMatchObject({
      alg: 'RS256',
      x5t: thumbprint(fingerprint),
      'x5t#S256': thumbprint(fingerprint256),
    });
    expect(part(assertion, 1).aud).toBe(TOKEN_ENDPOINT);
    expect(isSignedBy(clientKey, assertion)).toBe(true);
  });

  it('is made here where nobody gave a key, and a key that was given stays', async () => {
    const config = { issuer: ISSUER, clientId: 'portcullis', clientAuthentication: 'private_key_jwt' };
    const made = [await oidcKind.prepare(config), await oidcKind.prepare(config)].map(
      ({ clientKey }) => clientKey?.privateKeyPem,
    );
    expect(made[0]).toContain('PRIVATE KEY');
    expect(made[0]).not.toBe(made[1]);
    const clientKey = await generateClientKey();
    expect((await oidcKind.prepare({ ...config, clientKey })).clientKey).toEqual(clientKey);
    expect((await oidcKind.prepare({ ...config, ...SECRET })).clientKey).toBeUndefined();
  });

  const SECRET = { clientSecret: 'hush', clientAuthentication: 'client_secret_basic' };
  it.each<[string, object]>([
    ['no secret', {}],
    ['a method without its secret', { clientAuthentication: 'client_secret_post' }],
    ['a method without its key', { clientAuthentication: 'private_key_jwt' }],
  ])('is never nothing: a record with %s', (_, config) => {
    expect(() => oidcKind.parse({ issuer: ISSUER, clientId: 'portcullis', ...config })).toThrow(
      expect.objectContaining({ code: 'PROVIDER.INVALID_CONFIG' }),
    );
  });

  it('is shown as a public key and nothing more', () => {
    for (const [alg, key] of keys) {
      const jwk = publicJwkOf(key);
      expect(jwk).toMatchObject({ alg, use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) });
      expect(
        Object.keys(jwk).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name)),
      ).toEqual([]);
    }
  });

  it.each<[string, object]>([
    ['RSA of 1,024 bits', { privateKeyPem: pemOf(generateKeyPairSync('rsa', { modulusLength: 1_024 })) }],
    ['P-384', { privateKeyPem: pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' })) }],
    ['X25519', { privateKeyPem: pemOf(generateKeyPairSync('x25519')) }],
    ['no key at all', { privateKeyPem: 'nonsense' }],
    ['a certificate of another key', { ...keys[0]?.[1], certificatePem: makeKeyPair().certificatePem }],
  ])('is no weak or wrong key: %s', (_, key) => {
    expect(clientKeyField.safeParse(key).success).toBe(false);
  });
});
