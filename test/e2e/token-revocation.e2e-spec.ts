import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'a long and quiet sentence';
const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('C: single tokens, on two processes that share one database', () => {
  let database: TestDatabase;
  let first: ServiceProcess;
  let second: ServiceProcess;
  let admin: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    [first, second] = await Promise.all([startService(database.url), startService(database.url)]);
    admin = (await first.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
    const body = { username: 'ada', email: 'ada@example.com', displayName: 'Ada', password: PASSWORD };
    await first.api.post('/v1/users', body, { token: admin });
  });

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await database.drop();
  });

  const ada = () => first.api.signIn('ada', PASSWORD);
  const statusOf = async (service: ServiceProcess, token: string) =>
    (await service.api.get('/v1/auth/me', { token })).status;
  const revoke = (token: string) => first.api.post('/v1/auth/revoke', { token }, { token: admin });
  const introspect = async (token: string, service = first) =>
    (await service.api.post('/v1/auth/introspect', { token }, { token: admin })).body as object;
  const postForm = (path: string, form: string, token: string | null = admin) =>
    fetch(`${first.api.baseUrl}${path}`, {
      method: 'POST',
      body: form,
      headers: { ...FORM, ...(token !== null && { authorization: `Bearer ${token}` }) },
    });

  it('are dead on both within a second of their revocation by jti, and others of the user live on', async () => {
    const [revoked, sibling] = [await ada(), await ada()];
    expect(await statusOf(second, revoked.accessToken)).toBe(200);
    const { status, body } = await revoke(revoked.accessToken);
    expect([status, body]).toEqual([200, null]);
    expect(await statusOf(first, revoked.accessToken)).toBe(401);
    const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
    while ((await statusOf(second, revoked.accessToken)) !== 401) {
      if (Date.now() > deadline) throw new Error('The other process still accepts the token after a second');
      await sleep(10);
    }
    const { body: refusal } = await second.api.get('/v1/auth/me', { token: revoked.accessToken });
    expect(refusal.code).toBe('AUTH.TOKEN_REVOKED');
    expect([await statusOf(first, sibling.accessToken), await statusOf(second, sibling.accessToken)]).toEqual(
      [200, 200],
    );
    const refreshed = await second.api.post('/v1/auth/refresh', { refreshToken: revoked.refreshToken });
    expect(await statusOf(first, refreshed.body.accessToken as string)).toBe(200);
  });

  it('stay dead on a process that starts afterwards', async () => {
    const { accessToken } = await ada();
    await revoke(accessToken);
    const third = await startService(database.url);
    expect(await statusOf(third, accessToken)).toBe(401);
    await third.stop();
  });

  it('take their session along when a refresh token is revoked', async () => {
    const tokens = await ada();
    expect((await revoke(tokens.refreshToken)).status).toBe(200);
    expect(await statusOf(first, tokens.accessToken)).toBe(401);
    const { body } = await second.api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken });
    expect(body.code).toBe('AUTH.INVALID_REFRESH_TOKEN');
  });

  it('answer 200 to the revocation of what is unknown, malformed or revoked already', async () => {
    const { accessToken } = await ada();
    for (const token of [
      accessToken,
      accessToken,
      'nonsense',
      'a.b.c',
      `${accessToken}x`,
      `ptr_${'x'.repeat(100)}`,
    ]) {
      expect((await revoke(token)).status).toBe(200);
    }
  });

  it('are recorded in the trail once, with who did it', async () => {
    const { accessToken } = await ada();
    await revoke(accessToken);
    await revoke(accessToken);
    const { jti, sub } = claimsOf(accessToken);
    const { body } = await first.api.get(`/v1/audit/events?action=token.revoked&target=${String(jti)}`, {
      token: admin,
    });
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      actor: { id: claimsOf(admin).sub },
      changes: { subject: { before: sub } },
    });
  });

  it('are introspected as what they say, without a word about the person', async () => {
    const { accessToken } = await ada();
    const { epoch: _, ...claims } = claimsOf(accessToken);
    for (const service of [first, second]) {
      expect(await introspect(accessToken, service)).toEqual({
        active: true,
        token_type: 'Bearer',
        ...claims,
      });
    }
  });

  it('are introspected as exactly {"active":false} when dead, foreign, malformed or no access token', async () => {
    const [revoked, ended] = [await ada(), await ada()];
    await revoke(revoked.accessToken);
    await first.api.post('/v1/auth/logout', { refreshToken: ended.refreshToken });
    const foreign =
      'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImtrayJ9.eyJzdWIiOiJhIn0.' + 'A'.repeat(86);
    const live = await ada();
    const dead = [
      revoked.accessToken,
      ended.accessToken,
      foreign,
      'nonsense',
      '..',
      '\u00e9',
      'x'.repeat(50_000),
    ];
    for (const token of [...dead, live.refreshToken, `${live.accessToken.slice(0, -1)}_`]) {
      const answer = await postForm('/v1/auth/introspect', new URLSearchParams({ token }).toString());
      expect([answer.status, await answer.text()]).toEqual([200, '{"active":false}']);
    }
  });

  it('are introspected and revoked by form as well as by JSON, with members that OAuth does not know', async () => {
    const { accessToken } = await ada();
    const form = new URLSearchParams({
      token: accessToken,
      token_type_hint: 'access_token',
      other: 'x',
    }).toString();
    const alive = await postForm('/v1/auth/introspect', form);
    expect([alive.headers.get('cache-control'), await alive.json()]).toMatchObject([
      'no-store',
      { active: true },
    ]);
    const revoked = await postForm('/v1/auth/revoke', form);
    expect([revoked.status, await revoked.text()]).toEqual([200, '']);
    expect(await statusOf(first, accessToken)).toBe(401);
  });

  it('are refused by form with a field twice, without the field, with a NUL, or not in UTF-8', async () => {
    for (const form of ['token=a&token=b', 'hint=a', '', 'token=%00']) {
      expect((await postForm('/v1/auth/introspect', form)).status).toBe(400);
    }
    const latin = await fetch(`${first.api.baseUrl}/v1/auth/revoke`, {
      method: 'POST',
      body: Uint8Array.of(0x74, 0x3d, 0xe9),
      headers: { ...FORM, authorization: `Bearer ${admin}` },
    });
    expect(latin.status).toBe(400);
  });

  it('are taken by form nowhere else', async () => {
    const answer = await postForm('/v1/auth/login', 'username=admin&password=x', null);
    expect(answer.status).toBe(415);
  });

  it('are introspected and revoked only by callers who authenticate and hold the permission', async () => {
    const { accessToken } = await ada();
    for (const path of ['/v1/auth/introspect', '/v1/auth/revoke']) {
      expect((await first.api.post(path, { token: accessToken })).status).toBe(401);
      const refused = await first.api.post(path, { token: accessToken }, { token: accessToken });
      expect([refused.status, refused.body.code]).toEqual([403, 'RBAC.MISSING_PERMISSION']);
    }
    expect(await statusOf(first, accessToken)).toBe(200);
  });
});
