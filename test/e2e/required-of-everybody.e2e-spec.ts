import type { ApiClient } from '../support/api-client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { claimsOf, totpCode } from '../support/second-factors';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const TOTP = '/v1/users/me/mfa/totp';
const SHORT = 'vex qu j';

describe('a second factor that everybody has to have', () => {
  let database: TestDatabase;
  let services: [ServiceProcess, ServiceProcess];
  let first: ApiClient;
  let second: ApiClient;
  let token: string;

  /** Signs in for the first time, beginning on one process and ending on the other. */
  const enrol = async (username: string, password: string) => {
    const { body } = await first.login(username, password);
    expect(body).toEqual({ status: 'mfa_enrolment_required', challengeId: expect.any(String) });
    const challengeId = body.challengeId as string;
    const { secret } = (await second.post(TOTP, { challengeId })).body;
    const code = await totpCode(secret as string);
    return (await first.post(`${TOTP}/confirm`, { challengeId, code })).body;
  };

  const create = (username: string, password: string) =>
    second.post(
      '/v1/users',
      { username, email: `${username}@example.com`, displayName: username, password },
      { token },
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { MFA_REQUIRED: 'true' };
    services = await Promise.all([startService(database.url, env), startService(database.url, env)]);
    [first, second] = services.map(({ api }) => api) as [ApiClient, ApiClient];
    token = (await enrol(ADMIN.username, ADMIN.password)).accessToken as string;
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await database.drop();
  });

  it('asks for it on every process, of an account without roles too', async () => {
    expect((await create('plain', 'a long and quiet sentence')).status).toBe(201);
    const enrolled = await enrol('plain', 'a long and quiet sentence');
    expect(claimsOf(enrolled.accessToken as string).acr).toBe('aal2');
    expect((await second.login('plain', 'a long and quiet sentence')).body.status).toBe('mfa_required');
    const given = await second.delete(TOTP, { token: enrolled.accessToken as string });
    expect([given.status, given.body.code]).toEqual([409, 'MFA.REQUIRED_BY_ROLE']);
  });

  it('makes 8 characters of a password enough (domain §4), 7 not, and a listed word not either', async () => {
    const answers = await Promise.all(
      ['seven77', 'sunshine', '12345678'].map((weak) => create('short', weak)),
    );
    expect(answers.map(({ body }) => body.code as string)).toEqual([
      'USER.PASSWORD_TOO_SHORT',
      'USER.PASSWORD_TOO_WEAK',
      'USER.PASSWORD_TOO_WEAK',
    ]);
    expect((await create('short', SHORT)).status).toBe(201);
    const { accessToken } = await enrol('short', SHORT);
    const change = { currentPassword: SHORT, newPassword: 'qu vexed' };
    expect((await first.post('/v1/users/me/password', change, { token: accessToken as string })).status).toBe(
      204,
    );
    expect((await second.login('short', change.newPassword)).body.status).toBe('mfa_required');
  });

  it('ends sessions of before at their next refresh', async () => {
    const lenient = await startService(database.url);
    try {
      expect((await create('early', 'a long and quiet sentence')).status).toBe(201);
      const { refreshToken } = await lenient.api.signIn('early', 'a long and quiet sentence');
      const refused = await first.post('/v1/auth/refresh', { refreshToken });
      expect([refused.status, refused.body.code]).toEqual([401, 'AUTH.INVALID_REFRESH_TOKEN']);
    } finally {
      await lenient.stop();
    }
  });
});
