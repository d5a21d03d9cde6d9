import { createHmac, generateKeyPairSync, createPublicKey } from 'node:crypto';
import { sign, type SignOptions } from 'jsonwebtoken';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('access tokens that are not ours', () => {
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
