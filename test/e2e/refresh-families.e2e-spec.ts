import type { Tokens } from '../support/api-client';
import type { ServiceProcess } from '../support/service';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

describe('D: a family of refresh tokens, over two processes', () => {
  let services: TwoServices;
  let user: TestUser;

  beforeAll(async () => {
    services = await startTwoServices({ FAILED_ATTEMPTS_LIMIT: '100' });
    user = await services.aUser();
  });

  afterAll(() => services.stop());

  const signIn = (): Promise<Tokens> => services.first.api.signIn(user.username, PASSWORD);
  const refresh = (refreshToken: string, on: ServiceProcess = services.second) =>
    on.api.post('/v1/auth/refresh', { refreshToken });
  const absoluteExpiry = async (id: string): Promise<number> => {
    const [row] = await services.sql<{ at: Date }>('SELECT expires_at AS at FROM sessions WHERE id = $1', [
      id,
    ]);
    return row?.at.getTime() ?? 0;
  };

  it('gives a new pair for the old one, which is dead, keeps the session and does not move its absolute expiry', async () => {
    const before = await signIn();
    const expiry = await absoluteExpiry(before.sessionId);
    const { status, body } = await refresh(before.refreshToken);
    expect(status).toBe(200);
    expect(body.sessionId).toBe(before.sessionId);
    expect(body.refreshToken).not.toBe(before.refreshToken);
    expect(body.accessToken).not.toBe(before.accessToken);
    expect(await absoluteExpiry(before.sessionId)).toBe(expiry);
    expect((await refresh(before.refreshToken)).status).toBe(401);
  });

  it('answers reuse of a spent refresh token with 401, kills the family, and records it for the user to be told', async () => {
    const { refreshToken, sessionId } = await signIn();
    const { body } = await refresh(refreshToken);
    const reused = await refresh(refreshToken, services.first);
    expect(reused.body.code).toBe('AUTH.INVALID_REFRESH_TOKEN');
    await services.expectDead(body.accessToken as string);
    expect((await refresh(body.refreshToken as string)).status).toBe(401);
    expect(await services.trail('refresh_token.reused', sessionId)).toEqual(['refresh_reuse']);
    const [row] = await services.sql('SELECT end_reason FROM sessions WHERE id = $1', [sessionId]);
    expect(row).toEqual({ end_reason: 'refresh_token_reused' });
  });

  it('refuses a refresh one second after the idle limit, and the access token dies with it', async () => {
    const { refreshToken, sessionId } = await signIn();
    await services.sql(
      `UPDATE sessions SET idle_expires_at = statement_timestamp() - interval '1 second' WHERE id = $1`,
      [sessionId],
    );
    expect((await refresh(refreshToken)).status).toBe(401);
    expect(await services.trail('refresh_token.reused', sessionId)).toEqual([]);
  });

  it('refuses a refresh one second after the absolute limit, however often it was used, and lets no token outlive it', async () => {
    const { sessionId, refreshToken: first } = await signIn();
    let refreshToken = first;
    for (const secondsLeft of [120, 60]) {
      await services.sql(
        `UPDATE sessions SET expires_at = statement_timestamp() + make_interval(secs => $2) WHERE id = $1`,
        [sessionId, secondsLeft],
      );
      const { body } = await refresh(refreshToken);
      expect(body.expiresIn).toBeLessThanOrEqual(secondsLeft);
      expect(body.expiresIn).toBeGreaterThan(secondsLeft - 20);
      refreshToken = body.refreshToken as string;
    }
    await services.sql(
      `UPDATE sessions SET expires_at = statement_timestamp() - interval '1 second' WHERE id = $1`,
      [sessionId],
    );
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it('is dead once the epoch of its account has moved on, though nobody has ended it', async () => {
    const { refreshToken, sessionId } = await signIn();
    await services.sql('UPDATE users SET epoch = epoch + 1 WHERE id = $1', [user.id]);
    expect((await refresh(refreshToken)).status).toBe(401);
    const { accessToken } = await signIn();
    const { body } = await services.first.api.get('/v1/sessions?limit=100', { token: accessToken });
    expect((body.items as { id: string }[]).map(({ id }) => id)).not.toContain(sessionId);
  });

  it('ends at logout with an expired access token but a valid refresh token', async () => {
    const { refreshToken, accessToken } = await signIn();
    const [header = '', , signature = ''] = accessToken.split('.');
    const expired = `${header}.${Buffer.from('{"exp":1}').toString('base64url')}.${signature}`;
    const logout = () => services.first.api.post('/v1/auth/logout', { refreshToken }, { token: expired });
    expect((await logout()).status).toBe(204);
    await services.expectDead(accessToken);
    expect((await logout()).status).toBe(204);
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it('commits many rotations together, each event with its own request, and takes one token twice for theft', async () => {
    const families = await Promise.all(Array.from({ length: 12 }, signIn));
    const [stolen] = families;
    const presented = [...families, ...(stolen === undefined ? [] : [stolen])];
    const answers = await Promise.all(
      presented.map(({ refreshToken }, index) =>
        services.first.api.post(
          '/v1/auth/refresh',
          { refreshToken },
          { headers: { 'user-agent': `caller ${index}` } },
        ),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(families.length);
    expect(await services.trail('refresh_token.reused', stolen?.sessionId ?? '')).toHaveLength(1);
    for (const [index, { status, headers, body }] of answers.entries()) {
      if (status !== 200) continue;
      const { body: page } = await services.first.api.get(
        `/v1/audit/events?action=session.refreshed&target=${body.sessionId as string}`,
        { token: services.adminToken },
      );
      expect(page.items).toEqual([
        expect.objectContaining({
          requestId: headers.get('x-request-id'),
          userAgent: `caller ${index}`,
          ip: '127.0.0.1',
          sessionId: body.sessionId,
        }),
      ]);
    }
  });
});
