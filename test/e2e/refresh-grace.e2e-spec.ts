import type { Tokens } from '../support/api-client';
import type { ServiceProcess } from '../support/service';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

describe('D: a refresh token within its grace, over two processes', () => {
  let services: TwoServices;
  let user: TestUser;

  beforeAll(async () => {
    services = await startTwoServices({ REFRESH_GRACE_SECONDS: '10' });
    user = await services.aUser();
  });

  afterAll(() => services.stop());

  const signIn = (): Promise<Tokens> => services.first.api.signIn(user.username, PASSWORD);
  const refresh = (refreshToken: string, on: ServiceProcess = services.second) =>
    on.api.post('/v1/auth/refresh', { refreshToken });
  const sealedOf = async (id: string): Promise<Buffer | null> => {
    const [row] = await services.sql<{ sealed: Buffer | null }>(
      'SELECT successor_ciphertext AS sealed FROM sessions WHERE id = $1',
      [id],
    );
    return row?.sealed ?? null;
  };

  it('brings the same successor again to an honest retry, on either process, and the trail shows the retry', async () => {
    const { refreshToken, sessionId } = await signIn();
    const once = await refresh(refreshToken, services.first);
    const again = await refresh(refreshToken, services.second);
    expect([once.status, again.status]).toEqual([200, 200]);
    expect(again.body.refreshToken).toBe(once.body.refreshToken);
    expect((await services.first.api.get('/v1/auth/me', { token: again.body.accessToken })).status).toBe(200);
    expect(await services.trail('session.refreshed', sessionId)).toEqual(['retried', 'success']);
  });

  it('gives twenty racers one successor, never a second branch', async () => {
    const { refreshToken } = await signIn();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => refresh(refreshToken, i % 2 ? services.first : services.second)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
  });

  it('keeps the successor unreadable without the spent token, and forgets it when the successor is used', async () => {
    const { refreshToken, sessionId } = await signIn();
    const { body } = await refresh(refreshToken);
    const sealed = await sealedOf(sessionId);
    expect(sealed).not.toBeNull();
    expect(sealed?.includes(Buffer.from((body.refreshToken as string).slice(-40)))).toBe(false);
    expect((await refresh(body.refreshToken as string)).status).toBe(200);
    expect((await sealedOf(sessionId))?.equals(sealed ?? Buffer.alloc(0))).toBe(false);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect(await services.trail('refresh_token.reused', sessionId)).toHaveLength(1);
  });

  it('is theft once the grace has passed by the time of the database', async () => {
    const { refreshToken, sessionId } = await signIn();
    const { body } = await refresh(refreshToken);
    await services.sql(
      `UPDATE sessions SET refreshed_at = statement_timestamp() - interval '11 seconds' WHERE id = $1`,
      [sessionId],
    );
    expect((await refresh(refreshToken, services.first)).status).toBe(401);
    await services.expectDead(body.accessToken as string);
    expect(await sealedOf(sessionId)).toBeNull();
    expect(await services.trail('refresh_token.reused', sessionId)).toHaveLength(1);
  });

  it('leaves nothing of the successor once the grace has ended', async () => {
    const { refreshToken, sessionId } = await signIn();
    await refresh(refreshToken);
    await services.sql(
      `UPDATE sessions SET refreshed_at = statement_timestamp() - interval '11 seconds' WHERE id = $1`,
      [sessionId],
    );
    const deadline = Date.now() + 20_000;
    while ((await sealedOf(sessionId)) !== null && Date.now() < deadline) await new Promise(setImmediate);
    expect(await sealedOf(sessionId)).toBeNull();
  });
});
