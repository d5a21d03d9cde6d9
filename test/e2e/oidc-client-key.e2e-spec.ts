import { createPublicKey, generateKeyPairSync, verify, type JsonWebKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OidcClient, startServicesForOidc } from '../support/oidc-client';
import { OpenIdProvider } from '../support/openid-provider';
import type { TwoServices } from '../support/two-services';

const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
const JWKS = '/v1/auth/oidc/keyed/jwks';

type PublicKey = JsonWebKey & { readonly kid: string };

const pem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
const partOf = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('an OpenID provider that knows us by a key (private_key_jwt)', () => {
  let services: TwoServices;
  let op: OpenIdProvider;
  let client: OidcClient;
  let id: string;
  let version = 1;
  const spentAssertions = new Set<unknown>();

  const published = async (service = services.second): Promise<PublicKey[]> => {
    const { status, body } = await service.api.get(JWKS);
    expect(status).toBe(200);
    return body.keys as PublicKey[];
  };
  const patch = async (config: object) => {
    const token = services.adminToken;
    const path = `/v1/identity-providers/${id}`;
    const answer = await services.first.api.patch(path, { config }, { token, ifMatch: version });
    if (answer.status === 200) version++;
    return answer;
  };
  const eventually = async (check: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
    while (!(await check())) {
      if (Date.now() > deadline) throw new Error('The other process has not learned of it within a second');
      await sleep(20);
    }
  };
  /** As RFC 7523 §3 has it, by the keys that we publish at the other process. */
  const isProved = async (body: URLSearchParams): Promise<boolean> => {
    const assertion = body.get('client_assertion') ?? '';
    const [header, payload, signature = ''] = assertion.split('.');
    const { kid } = partOf(assertion, 0);
    const { iss, sub, aud, exp, jti } = partOf(assertion, 1);
    const key = (await published()).find((known) => known.kid === kid);
    const isNew = !spentAssertions.has(jti);
    spentAssertions.add(jti);
    return (
      key !== undefined &&
      verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ) &&
      isNew &&
      [iss, sub].every((who) => who === op.clientId) &&
      aud === op.issuer &&
      Number(exp) > Date.now() / 1_000
    );
  };

  beforeAll(async () => {
    op = await new OpenIdProvider().start();
    op.user = { ...op.user, preferred_username: 'ada' };
    op.discovery = (honest) => ({ ...honest, token_endpoint_auth_methods_supported: ['private_key_jwt'] });
    op.knows = isProved;
    services = await startServicesForOidc();
    client = new OidcClient(services, 'keyed');
    id = await client.register(op, { clientAuthentication: 'private_key_jwt', clientSecret: undefined });
  });

  afterAll(async () => {
    await services.stop();
    op.stop();
  });

  it('reads the key that was made for it at a public address, without the private part', async () => {
    await eventually(async () => (await services.second.api.get(JWKS)).status === 200);
    const [key, ...others] = await published();
    expect(others).toEqual([]);
    expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(await published(services.first)).toEqual([key]);
  });

  it('takes sign-ins for ours, each by an assertion of its own', async () => {
    for (let i = 0; i < 2; i++) expect((await client.signIn(op)).body.status).toBe('authenticated');
    expect(spentAssertions.size).toBe(2);
  });

  it('knows the key that was given from then on, on both processes, and the next one that is made here', async () => {
    const [before] = await published();
    expect((await patch({ clientKey: { privateKeyPem: pem() } })).status).toBe(200);
    await eventually(async () => (await published())[0]?.kty === 'EC');
    expect((await client.signIn(op)).body.status).toBe('authenticated');
    expect((await patch({ clientKey: null })).status).toBe(200);
    await eventually(async () => (await published())[0]?.kty === 'RSA');
    expect((await published())[0]?.kid).not.toBe(before?.kid);
    expect((await client.signIn(op)).body.status).toBe('authenticated');
  });

  it('does not get a key of ours that was another’s: a new issuer needs a new key', async () => {
    const elsewhere = { issuer: 'https://op.example' };
    const refused = await patch(elsewhere);
    expect([refused.status, refused.body.code, refused.body.errors]).toEqual([
      422,
      'PROVIDER.SECRET_REQUIRED',
      [expect.objectContaining({ pointer: '/config/clientKey' })],
    ]);
    const [before] = await published();
    expect((await patch({ ...elsewhere, clientKey: null })).status).toBe(200);
    await eventually(async () => (await published())[0]?.kid !== before?.kid);
    expect((await patch({ issuer: op.issuer, clientKey: null })).status).toBe(200);
  });

  it('is told nothing that an answer, the trail or the table would show (write-only)', async () => {
    const privateKeyPem = pem();
    expect((await patch({ clientKey: { privateKeyPem } })).status).toBe(200);
    const token = services.adminToken;
    const record = await services.first.api.get(`/v1/identity-providers/${id}`, { token });
    const events = await services.first.api.get(`/v1/audit/events?target=${id}`, { token });
    const rows = await services.sql(
      `SELECT *, encode(secrets_ciphertext, 'escape') AS sealed FROM identity_providers`,
    );
    const shown = JSON.stringify([record.body, events.body, rows]);
    expect(record.body.config).toMatchObject({ clientAuthentication: 'private_key_jwt' });
    expect(record.body.config).not.toHaveProperty('clientKey');
    expect(shown).toContain('"config.clientKey":{"after":"***"}');
    for (const secret of ['PRIVATE KEY', ...privateKeyPem.split('\n').slice(1, -2)])
      expect(shown).not.toContain(secret);
  });

  it.each<[string, object, number]>([
    ['a key of RSA that is too short', { clientKey: { privateKeyPem: shortKey() } }, 422],
    ['neither key nor secret', { clientAuthentication: 'client_secret_basic' }, 422],
    ['a method that there is not', { clientAuthentication: 'none' }, 422],
  ])('is not to be addressed with %s', async (_, config, status) => {
    const answer = await patch(config);
    expect([answer.status, answer.body.code]).toEqual([status, 'PROVIDER.INVALID_CONFIG']);
  });

  it('says when it is tried out that it does not take what the record says', async () => {
    const token = services.adminToken;
    const trial = async (): Promise<unknown> =>
      (await services.first.api.post(`/v1/identity-providers/${id}/test`, undefined, { token })).body;
    expect(await trial()).toMatchObject({ ok: true });
    op.discovery = (honest) => ({ ...honest, token_endpoint_auth_methods_supported: ['client_secret_post'] });
    expect(await trial()).toMatchObject({
      ok: false,
      steps: expect.arrayContaining([
        { step: 'client authentication', ok: false, message: 'It takes client_secret_post' },
      ]),
    });
    op.discovery = (honest) => honest;
  });

  it('has no keys of ours where it knows us by a secret, and none when it is disabled', async () => {
    await new OidcClient(services, 'secretive').register(op);
    const secretive = '/v1/auth/oidc/secretive/jwks';
    await eventually(async () => (await services.second.api.get(secretive)).status === 200);
    expect((await services.second.api.get(secretive)).body).toEqual({ keys: [] });
    const token = services.adminToken;
    await services.first.api.patch(
      `/v1/identity-providers/${id}`,
      { enabled: false },
      { token, ifMatch: version },
    );
    await eventually(async () => (await services.second.api.get(JWKS)).status === 404);
  });
});

function shortKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 1_024 })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
}
