import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'a long and quiet sentence';

describe('the main job: sign in, carry a token, be allowed or refused, leave a trail', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** Nothing that must outlive a request may live in the process. */
  const restart = async (): Promise<void> => {
    await service.kill();
    service = await startService(database.url);
  };

  it('survives the death of the process between any two steps', async () => {
    const admin = await service.api.signIn(ADMIN.username, ADMIN.password);
    await restart();

    const created = await service.api.post(
      '/v1/users',
      { username: 'Ada', email: 'ada@example.com', displayName: 'Ada Lovelace', password: PASSWORD },
      { token: admin.accessToken },
    );
    expect(created.status).toBe(201);
    expect(created.headers.get('etag')).toBe('"1"');
    await restart();

    const ada = await service.api.signIn('ADA', PASSWORD);
    const refused = await service.api.get('/v1/users', { token: ada.accessToken });
    expect([refused.status, refused.body.code]).toEqual([403, 'RBAC.MISSING_PERMISSION']);
    await restart();

    const roles = await service.api.get('/v1/roles?name=user-manager', { token: admin.accessToken });
    const assignment = await service.api.post(
      '/v1/assignments',
      {
        principalType: 'user',
        principalId: created.body.id,
        roleId: roles.body.items[0].id,
        effect: 'allow',
      },
      { token: admin.accessToken },
    );
    expect(assignment.status).toBe(201);
    await restart();

    expect((await service.api.get('/v1/users', { token: ada.accessToken })).status).toBe(200);
    const taken = await service.api.delete(`/v1/assignments/${assignment.body.id as string}`, {
      token: admin.accessToken,
    });
    expect([200, 204]).toContain(taken.status);
    const after = await service.api.get('/v1/users', { token: ada.accessToken });
    expect([after.status, after.body.code]).toEqual([403, 'RBAC.MISSING_PERMISSION']);
    await restart();

    const refreshed = await service.api.post('/v1/auth/refresh', { refreshToken: ada.refreshToken });
    expect(refreshed.body.sessionId).toBe(ada.sessionId);
    await restart();

    const trail = await service.api.get('/v1/audit/events?limit=200', { token: admin.accessToken });
    const actions = (trail.body.items as { action: string }[]).map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining([
        'user.created',
        'session.started',
        'access.denied',
        'assignment.created',
        'assignment.deleted',
        'session.refreshed',
      ]),
    );
  });

  it('says who a token stands for, and what they may do', async () => {
    const { accessToken, sessionId } = await service.api.signIn(ADMIN.username, ADMIN.password);
    const me = await service.api.get('/v1/auth/me', { token: accessToken });
    expect(me.body).toMatchObject({ username: 'admin', sessionId, acr: 'aal1', amr: ['pwd'] });
    expect(me.body.permissions).toContain('users:create');
  });
});
