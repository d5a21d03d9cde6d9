import type { MailTrap } from './mail-trap';
import { totpCode } from './second-factors';
import { ADMIN, ROOT_SECRET, type ServiceProcess } from './service';

const PASSWORD = 'a long and quiet sentence';
const NEXT_PASSWORD = 'another, longer and quieter sentence';
const WRONG_PASSWORD = 'a sentence that is not the right one';
const BIND_PASSWORD = 'what the directory asks of its readers';
const CLIENT_SECRET = 'what the provider asks of its clients';
const METRICS_TOKEN = 'what the scraper shows at the door';

/** Every secret that has a place of its own in the service, and every one that was typed into the wrong place. */
export interface SecretRun {
  readonly secrets: readonly string[];
  /** What was answered to what was refused. */
  readonly refusals: readonly string[];
}

export const SECRET_RUN_ENV = { METRICS_TOKEN, LOG_LEVEL: 'trace' };

/** The main job, by way of every kind of secret there is, rightly and wrongly. */
export async function useEverySecret({ api }: ServiceProcess, trap: MailTrap): Promise<SecretRun> {
  const secrets = [ADMIN.password, ROOT_SECRET, METRICS_TOKEN, BIND_PASSWORD, CLIENT_SECRET];
  const refusals: string[] = [];
  const keep = <T extends string>(secret: T): T => {
    secrets.push(secret);
    return secret;
  };
  const refused = async (path: string, body: object, token?: string): Promise<void> => {
    const answer = await api.post(path, body, token === undefined ? {} : { token });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    refusals.push(JSON.stringify([...answer.headers, answer.body]));
  };

  secrets.push(PASSWORD, NEXT_PASSWORD, WRONG_PASSWORD);
  const admin = await api.signIn(ADMIN.username, ADMIN.password);
  keep(admin.accessToken);
  keep(admin.refreshToken);
  const { accessToken: token } = admin;
  const email = 'ada@corp.example';
  const ada = { username: 'ada', email, displayName: 'Ada', password: PASSWORD };
  expect((await api.post('/v1/users', ada, { token })).status).toBe(201);
  const verification = keep((await trap.next(email, 'Confirm your email address')).token);
  expect((await api.post('/v1/auth/email/verify', { token: verification })).status).toBe(204);

  await refused('/v1/auth/login', { username: 'ada', password: WRONG_PASSWORD });
  await refused('/v1/auth/login', { username: PASSWORD, password: 'ada' });
  await refused('/v1/auth/login', { username: 'ada', password: [PASSWORD], [NEXT_PASSWORD.slice(0, 20)]: 1 });
  await refused('/v1/auth/refresh', { refreshToken: `${admin.refreshToken}x` });
  await refused('/v1/auth/mfa', { challengeId: WRONG_PASSWORD, method: 'totp', code: '000000' });
  await refused('/v1/auth/password/reset', { token: WRONG_PASSWORD, newPassword: NEXT_PASSWORD });
  await refused('/v1/users', { ...ada, password: 'password1234567' }, token);
  await refused('/v1/users', { ...ada, displayName: undefined, passwordHash: PASSWORD }, token);
  await refused(
    '/v1/users/me/password',
    { currentPassword: WRONG_PASSWORD, newPassword: NEXT_PASSWORD },
    token,
  );

  const first = (await api.login('ada', PASSWORD)).body;
  keep(first.accessToken as string);
  keep(first.deviceToken as string);
  const refreshed = (await api.post('/v1/auth/refresh', { refreshToken: keep(first.refreshToken as string) }))
    .body;
  const own = keep(refreshed.accessToken as string);
  keep(refreshed.refreshToken as string);
  const secret = keep((await api.post('/v1/users/me/mfa/totp', {}, { token: own })).body.secret as string);
  const enrolled = await api.post(
    '/v1/users/me/mfa/totp/confirm',
    { code: await totpCode(secret) },
    { token: own },
  );
  expect(enrolled.status).toBe(200);
  for (const code of enrolled.body.recoveryCodes as string[]) keep(code);
  const { challengeId } = (await api.login('ada', PASSWORD)).body;
  const answer = { challengeId: keep(challengeId as string), method: 'recovery_code' };
  await refused('/v1/auth/mfa', { ...answer, code: 'AAAA-BBBB-CCCC-DDDD' });
  const [code] = enrolled.body.recoveryCodes as string[];
  const signedIn = await api.post('/v1/auth/mfa', { ...answer, code });
  expect(signedIn.status).toBe(200);
  keep(signedIn.body.accessToken as string);
  await refused('/v1/auth/refresh', { refreshToken: first.refreshToken });

  expect((await api.post('/v1/auth/password/forgot', { email })).status).toBe(202);
  const reset = keep((await trap.next(email, 'Choose a new password')).token);
  await refused('/v1/auth/password/reset', { token: reset, newPassword: 'short' });
  expect(
    (await api.post('/v1/auth/password/reset', { token: reset, newPassword: NEXT_PASSWORD })).status,
  ).toBe(204);

  const provider = { kind: 'ldap', slug: 'corporate', name: 'Corporate' };
  const config = {
    urls: ['ldap://127.0.0.1:9'],
    tls: 'none',
    bindDn: 'cn=reader',
    bindPassword: BIND_PASSWORD,
    searchBase: 'dc=example,dc=com',
  };
  expect((await api.post('/v1/identity-providers', { ...provider, config }, { token })).status).toBe(201);
  await refused('/v1/identity-providers', { ...provider, config }, token);
  await refused('/v1/auth/ldap/corporate/login', { username: 'ada', password: PASSWORD });
  const openId = { issuer: 'https://127.0.0.1:9', clientId: 'portcullis', clientSecret: CLIENT_SECRET };
  const oidc = { kind: 'oidc', slug: 'openid', name: 'OpenID', config: openId };
  expect((await api.post('/v1/identity-providers', oidc, { token })).status).toBe(201);
  await refused('/v1/identity-providers', { ...oidc, config: { ...openId, issuer: CLIENT_SECRET } }, token);
  return { secrets, refusals };
}

/** The secrets that `text` tells, in clear, in hexadecimal (as PostgreSQL shows bytes) or in base64. */
export function toldIn(text: string, secrets: readonly string[]): string[] {
  const spellings = (secret: string): string[] => {
    const bytes = Buffer.from(secret);
    // Whatever stands before it in the same text moves base64 by up to two characters: its middle is enough.
    return [
      secret,
      JSON.stringify(secret).slice(1, -1),
      bytes.toString('hex'),
      bytes.toString('base64').slice(0, -4),
    ];
  };
  return secrets.filter((secret) => spellings(secret).some((spelling) => text.includes(spelling)));
}
