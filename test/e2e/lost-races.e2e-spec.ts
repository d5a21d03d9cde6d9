import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const EACH = [
  ['a deadlock', '40P01'],
  ['a serialization race', '40001'],
] as const;

describe('M: a statement that loses', () => {
  let services: TwoServices;
  let user: TestUser;

  beforeAll(async () => {
    services = await startTwoServices();
    user = await services.aUser();
  });

  afterAll(() => services.stop());

  afterEach(() => services.sql('DROP FUNCTION IF EXISTS lose CASCADE'));

  /** The next `times` writes of `what` fail as if PostgreSQL had chosen them as the loser. */
  async function lose(what: 'UPDATE ON sessions' | 'INSERT ON audit_events', code: string, times: number) {
    await services.sql('DROP SEQUENCE IF EXISTS losses');
    // A sequence counts on when its transaction is rolled back.
    await services.sql('CREATE SEQUENCE losses');
    await services.sql(`CREATE FUNCTION lose() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('losses') <= ${times} THEN RAISE EXCEPTION 'lost' USING ERRCODE = '${code}'; END IF;
        RETURN NEW;
      END $$`);
    await services.sql(`CREATE TRIGGER lose BEFORE ${what} FOR EACH ROW EXECUTE FUNCTION lose()`);
  }

  const refresh = (refreshToken: string) => services.first.api.post('/v1/auth/refresh', { refreshToken });

  it.each(EACH)('%s twice is tried again: one change, and one event', async (_, code) => {
    const { refreshToken, sessionId } = await services.first.api.signIn(user.username, PASSWORD);
    await lose('UPDATE ON sessions', code, 2);
    const { status, body } = await refresh(refreshToken);
    expect(status).toBe(200);
    expect(await services.trail('session.refreshed', sessionId)).toEqual(['success']);
    expect((await refresh(body.refreshToken as string)).status).toBe(200);
  });

  it.each(EACH)(
    '%s again and again is answered 503 with Retry-After, and nothing has changed',
    async (_, code) => {
      const { refreshToken, sessionId } = await services.first.api.signIn(user.username, PASSWORD);
      await lose('UPDATE ON sessions', code, 1_000);
      const { status, headers, body } = await refresh(refreshToken);
      expect([status, body.code]).toEqual([503, 'SERVICE.UNAVAILABLE']);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
      await services.sql('DROP FUNCTION lose CASCADE');
      expect(await services.trail('session.refreshed', sessionId)).toEqual([]);
      expect((await refresh(refreshToken)).status).toBe(200);
    },
  );

  it.each(EACH)('%s outside of a transaction is tried again as well', async (_, code) => {
    const { accessToken } = await services.first.api.signIn(user.username, PASSWORD);
    await lose('INSERT ON audit_events', code, 2);
    expect((await services.first.api.get('/v1/users', { token: accessToken })).status).toBe(403);
  });
});
