import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api-client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startFront, type Front } from '../support/haproxy';
import type { ApiAnswer } from '../support/openapi-contract';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'a long and quiet sentence';
const SEEN_ELSEWHERE_WITHIN_MS = 1_000;

describe('two instances behind HAProxy', () => {
  let database: TestDatabase;
  let services: [ServiceProcess, ServiceProcess];
  let front: Front;
  let api: ApiClient;
  let adminToken: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = {
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT_LOGIN_PER_NAME: '100000',
      RATE_LIMIT_LOGIN_PER_ADDRESS: '100000',
    };
    services = await Promise.all([startService(database.url, env), startService(database.url, env)]);
    front = await startFront(services);
    api = new ApiClient(front.url);
    adminToken = (await api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  afterAll(async () => {
    await front.stop();
    await Promise.all(services.map((service) => service.kill()));
    await database.drop();
  });

  /** Until both instances, which are asked in turn, answer `status`. */
  async function untilBoth(status: number, ask: () => Promise<ApiAnswer>): Promise<void> {
    const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
    for (;;) {
      const statuses = [(await ask()).status, (await ask()).status];
      if (statuses.every((answer) => answer === status)) return;
      if (Date.now() > deadline) throw new Error(`Answered ${statuses.join(', ')} instead of ${status}`);
      await sleep(10);
    }
  }

  it('asks them in turn', async () => {
    const served = new Set<string | null>();
    for (let call = 0; call < 4; call++) {
      served.add((await api.get('/v1/auth/me', { token: adminToken })).headers.get('x-served-by'));
    }
    expect([...served].sort()).toEqual(['service0', 'service1']);
  });

  it('does the main job: created, refused, granted, allowed, taken away, refused, ended, recorded', async () => {
    const created = await api.post(
      '/v1/users',
      { username: 'ada', email: 'ada@example.com', displayName: 'Ada', password: PASSWORD },
      { token: adminToken },
    );
    expect(created.status).toBe(201);
    const tokens = await api.signIn('ada', PASSWORD);
    const list = (): Promise<ApiAnswer> => api.get('/v1/users', { token: tokens.accessToken });
    await untilBoth(403, list);

    const roles = await api.get('/v1/roles?name=user-manager', { token: adminToken });
    const granted = await api.post(
      '/v1/assignments',
      {
        principalType: 'user',
        principalId: created.body.id,
        roleId: roles.body.items[0].id,
        effect: 'allow',
      },
      { token: adminToken },
    );
    expect(granted.status).toBe(201);
    await untilBoth(200, list);
    await api.delete(`/v1/assignments/${granted.body.id}`, { token: adminToken });
    await untilBoth(403, list);

    const refreshed = await api.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken });
    expect(refreshed.status).toBe(200);
    const me = (): Promise<ApiAnswer> => api.get('/v1/auth/me', { token: refreshed.body.accessToken });
    await untilBoth(200, me);
    await api.post('/v1/auth/logout', { refreshToken: refreshed.body.refreshToken });
    await untilBoth(401, me);
    expect((await api.post('/v1/auth/refresh', { refreshToken: refreshed.body.refreshToken })).status).toBe(
      401,
    );

    const trail = await api.get('/v1/audit/events?limit=50', { token: adminToken });
    const actions = trail.body.items.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(['user.created', 'assignment.created', 'assignment.deleted', 'session.ended']),
    );
  });

  it('drops no answer when one of them is told to end under load, and what was revoked stays so', async () => {
    const ended = await api.signIn('ada', PASSWORD);
    await api.post('/v1/auth/logout', { refreshToken: ended.refreshToken });
    await sleep(SEEN_ELSEWHERE_WITHIN_MS);
    const seen: string[] = [];
    let isOver = false;
    const load = async (name: string, ask: () => Promise<{ status: number }>): Promise<void> => {
      while (!isOver) {
        const status = await ask().then(
          (answer) => answer.status,
          (error: unknown) => String(error),
        );
        seen.push(`${name} ${status}`);
      }
    };
    const loads = [
      ...[1, 2, 3].map(() => load('live', () => api.get('/v1/auth/me', { token: adminToken }))),
      load('ended', () => api.get('/v1/auth/me', { token: ended.accessToken })),
      load('login', () => api.login('ada', PASSWORD)),
    ];
    await sleep(500);
    expect(await services[0].stop()).toBe(0);
    await sleep(500);
    isOver = true;
    await Promise.all(loads);

    expect([...new Set(seen)].sort()).toEqual(['ended 401', 'live 200', 'login 200']);
    expect(seen.length).toBeGreaterThan(100);
  });
});
