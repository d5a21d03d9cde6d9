import { request } from 'node:http';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const LIMIT = 12;

describe('other spellings of a path', () => {
  let database: TestDatabase;
  let services: ServiceProcess[];

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = {
      RATE_LIMIT_LOGIN_PER_ADDRESS: String(LIMIT),
      RATE_LIMIT_LOGIN_PER_NAME: '1000',
      TRUSTED_PROXIES: '127.0.0.1',
      FAILED_ATTEMPTS_LIMIT: '100',
    };
    services = await Promise.all([startService(database.url, env), startService(database.url, env)]);
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await database.drop();
  });

  /** As it is written: `fetch` would tidy the path up. */
  function statusOf(index: number, path: string, method = 'POST', headers = {}): Promise<number> {
    const { hostname, port } = new URL(services[index % 2]?.api.baseUrl ?? '');
    const body = JSON.stringify({ username: ADMIN.username, password: 'not the right password' });
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, path, method, headers: { 'content-type': 'application/json', ...headers } },
        (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        },
      );
      sent.on('error', reject).end(method === 'POST' ? body : undefined);
    });
  }

  it.each([
    ['//v1/auth/login', 'POST', 404],
    ['/v1//auth/login', 'POST', 404],
    ['/v1/auth/login/', 'POST', 404],
    ['/V1/Auth/Login', 'POST', 404],
    ['/v1/auth/login;x=1', 'POST', 404],
    ['/v1/auth/./login', 'POST', 404],
    ['/v1/x/../auth/login', 'POST', 404],
    ['/v1/auth/login', 'GET', 405],
    ['/v1/auth/login', 'HEAD', 405],
    ['/v1/auth/login', 'PUT', 405],
    ['/v1/auth/me', 'POST', 405],
  ])('%s by %s is answered %i', async (path, method, status) => {
    expect(await statusOf(0, path, method)).toBe(status);
    expect(await statusOf(0, path, method, { 'x-http-method-override': 'POST' })).toBe(status);
  });

  it('answers HEAD where it answers GET, and guards it alike', async () => {
    expect(await statusOf(0, '/health/live', 'HEAD')).toBe(200);
    expect(await statusOf(0, '/v1/auth/me', 'HEAD')).toBe(401);
  });

  it('counts every spelling that leads to the handler alike, on all processes, and records the first refusal', async () => {
    const spellings = ['/v1/auth/login', '/v1/auth/%6Cogin', '/%76%31/auth/login', '/v1/auth/login?x=1'];
    const statuses: number[] = [];
    for (let call = 0; call < LIMIT + 8; call++)
      statuses.push(await statusOf(call, spellings[call % spellings.length] ?? ''));
    expect(statuses.filter((status) => status === 401)).toHaveLength(LIMIT);
    expect(statuses.slice(LIMIT)).toEqual(Array.from({ length: 8 }, () => 429));

    const { rows } = await query(
      `SELECT actor_type, outcome, target_id, ip_digest IS NOT NULL AS "hasAddress"
       FROM audit_events WHERE action = 'rate_limit.exceeded'`,
    );
    expect(rows).toEqual([
      { actor_type: 'anonymous', outcome: 'denied', target_id: 'login.address', hasAddress: true },
    ]);
  });

  it('B: one password tried on many accounts from one address is limited, while others sign in', async () => {
    const login = (call: number, username: string, password: string, address: string) =>
      services[call % 2]!.api.post(
        '/v1/auth/login',
        { username, password },
        { headers: { 'x-forwarded-for': address } },
      );
    const statuses: number[] = [];
    for (let call = 0; call < 3 * LIMIT; call++)
      statuses.push((await login(call, `account-${call}`, 'Spring 2026 is here!', '198.51.100.7')).status);
    expect(statuses).toEqual(statuses.map((_, call) => (call < LIMIT ? 401 : 429)));
    expect((await login(0, ADMIN.username, ADMIN.password, '198.51.100.7')).status).toBe(429);
    expect((await login(1, ADMIN.username, ADMIN.password, '203.0.113.9')).status).toBe(200);
  });

  async function query(text: string): Promise<{ rows: object[] }> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return await client.query<object>(text);
    } finally {
      await client.end();
    }
  }
});
