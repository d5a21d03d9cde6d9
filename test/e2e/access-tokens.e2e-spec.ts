import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign as signBytes,
} from 'node:crypto';
import { sign, type SignOptions } from 'jsonwebtoken';
import { Client } from 'pg';
import { SecretBox } from '../../src/infrastructure/crypto';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, ROOT_SECRET, startService, type ServiceProcess } from '../support/service';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('C: access tokens that are not ours', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let genuine: string;
  let claims: Record<string, unknown>;
  let header: Record<string, unknown>;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url);
    genuine = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
    const [head, payload] = genuine.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    header = JSON.parse(head ?? '') as Record<string, unknown>;
    claims = JSON.parse(payload ?? '') as Record<string, unknown>;
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const expectRefused = async (token: string): Promise<void> => {
    const { status, body } = await service.api.get('/v1/auth/me', { token });
    expect(status).toBe(401);
    expect(body.code).toMatch(/^AUTH\.TOKEN_/);
  };

  /** With the private key of the service, which the root secret opens: what no attacker can do. */
  const signWithOurKey = async (payload: object): Promise<string> => {
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    const { rows } = await sql.query<{ kid: string; box: Buffer }>(
      'SELECT kid, private_key_ciphertext AS box FROM signing_keys',
    );
    await sql.end();
    const { kid, box } = rows[0]!;
    const pkcs8 = new SecretBox([ROOT_SECRET]).open('signing-key', box, kid);
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const input = `${encode(header)}.${encode(payload)}`;
    const signature = signBytes('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };

  it('carry the claims of RFC 9068 and nothing about the person', () => {
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(Object.keys(claims).sort()).toEqual(
      ['acr', 'amr', 'aud', 'auth_time', 'epoch', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'].sort(),
    );
    expect(Number(claims.exp) - Number(claims.iat)).toBe(900);
  });

  it.each(['none', 'None', 'NONE', 'nOnE', ''])('are refused with algorithm "%s"', async (alg) => {
    await expectRefused(`${encode({ ...header, alg })}.${encode(claims)}.`);
    await expectRefused(`${encode({ ...header, alg })}.${encode(claims)}.${genuine.split('.')[2] ?? ''}`);
  });

  it('are refused when keyed by our public key as an HMAC secret', async () => {
    const { body } = await service.api.get('/.well-known/jwks.json');
    const key = createPublicKey({ key: body.keys[0], format: 'jwk' });
    const secrets = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(body.keys[0]),
    ];
    for (const secret of secrets) {
      const input = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
      await expectRefused(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`);
    }
  });

  it.each([
    ['a path', '../../etc/passwd'],
    ['SQL', "' OR 1=1 --"],
    ['a NUL', '\u0000'],
    ['10 KB', 'k'.repeat(10_000)],
    ['an array', ['a']],
    ['unknown', 'unknown'],
  ])('are refused with a kid that is %s', async (_, kid) => {
    await expectRefused(`${encode({ ...header, kid })}.${encode(claims)}.${genuine.split('.')[2] ?? ''}`);
  });

  it.each(['jku', 'jwk', 'x5u', 'x5c', 'crit'])('are refused with "%s" in the header', async (member) => {
    const value = member === 'crit' ? ['exp'] : 'http://127.0.0.1:1/';
    await expectRefused(
      `${encode({ ...header, [member]: value })}.${encode(claims)}.${genuine.split('.')[2] ?? ''}`,
    );
  });

  it('are refused with 1,000 unknown kids in a row, each in less than 50 ms', async () => {
    const durations: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      const kid = randomBytes(32).toString('base64url');
      const token = `${encode({ ...header, kid })}.${encode(claims)}.${genuine.split('.')[2] ?? ''}`;
      const startedAt = performance.now();
      const { status } = await fetch(`${service.api.baseUrl}/v1/auth/me`, {
        headers: { authorization: `Bearer ${token}` },
      });
      durations.push(performance.now() - startedAt);
      expect(status).toBe(401);
    }
    // The median: a stall of this machine is not the service's, and a read of the database each time would show.
    expect(durations.sort((a, b) => a - b)[500]).toBeLessThan(50);
  });

  const now = Math.floor(Date.now() / 1_000);
  it.each<[string, Record<string, unknown>]>([
    ['a wrong iss', { iss: 'https://elsewhere.example' }],
    ['a wrong aud', { aud: 'another' }],
    ['an aud list that does not hold us', { aud: ['another', 'third'] }],
    ['an nbf ahead', { nbf: now + 3_600 }],
    ['an exp past', { exp: now - 1 }],
    ['no exp', { exp: undefined }],
    ['an exp as text', { exp: String(now + 600) }],
    ['an exp of 1e99', { exp: 1e99 }],
    [
      'an iat ahead by more than the clocks of our processes may differ',
      { iat: now + 3_600, exp: now + 4_500 },
    ],
    ['a claim that we do not issue', { role: 'administrator' }],
  ])('are refused with %s, though our own key signed them', async (_, change) => {
    await expectRefused(await signWithOurKey({ ...claims, ...change }));
  });

  it('are taken where our own key signed what we would have issued', async () => {
    const { status } = await service.api.get('/v1/auth/me', { token: await signWithOurKey(claims) });
    expect(status).toBe(200);
  });

  it('are refused when another key signed them, whatever they claim', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const options = { algorithm: 'ES256', header } as unknown as SignOptions;
    await expectRefused(sign(claims, privateKey, options));
  });

  it('are refused with any character changed, with segments added, and in JSON form', async () => {
    for (let i = 0; i < genuine.length; i += 29) {
      const replaced = genuine[i] === 'A' ? 'B' : 'A';
      await expectRefused(genuine.slice(0, i) + replaced + genuine.slice(i + 1));
    }
    await expectRefused(`${genuine}.x`);
    await expectRefused(genuine.slice(0, -1));
    await expectRefused(encode({ payload: claims, signatures: [] }));
  });

  it('are refused when they are refresh tokens, and access tokens cannot refresh', async () => {
    const tokens = await service.api.signIn(ADMIN.username, ADMIN.password);
    await expectRefused(tokens.refreshToken);
    const { status, body } = await service.api.post('/v1/auth/refresh', { refreshToken: tokens.accessToken });
    expect([status, body.code]).toEqual([401, 'AUTH.INVALID_REFRESH_TOKEN']);
  });

  it('are asked for with WWW-Authenticate where there is none', async () => {
    const { status, body, headers } = await service.api.get('/v1/auth/me');
    expect([status, body.code]).toEqual([401, 'AUTH.TOKEN_MISSING']);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});
