import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const PASSWORD = 'a long and quiet sentence';

describe('passwords and login', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url, { FAILED_ATTEMPTS_LIMIT: '100' });
    token = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const create = (username: string, password?: string) =>
    service.api.post(
      '/v1/users',
      {
        username,
        email: `${username}@example.com`,
        displayName: username,
        ...(password !== undefined && { password }),
      },
      { token },
    );

  /** As somebody who signs in at a directory. */
  const withoutPassword = async (username: string): Promise<void> => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('UPDATE users SET password_hash = NULL WHERE username = $1', [username]);
    await client.end();
  };

  it.each([
    ['seven characters', 'seven77', 422, 'USER.PASSWORD_TOO_SHORT'],
    ['fourteen characters', 'fourteen chars', 422, 'USER.PASSWORD_TOO_SHORT'],
    ['one character, repeated', 'a'.repeat(20), 422, 'USER.PASSWORD_TOO_WEAK'],
    ['the product', 'portcullisportcullis', 422, 'USER.PASSWORD_TOO_WEAK'],
    ['the own email address', 'weakling@example.com', 422, 'USER.PASSWORD_TOO_WEAK'],
    ['the own name, decorated', 'Weakling1234567', 422, 'USER.PASSWORD_TOO_WEAK'],
    ['one of the 3,000 that everybody tries', 'sunshine', 422, 'USER.PASSWORD_TOO_SHORT'],
    ['such a word, repeated', 'Sunshine sunshine', 422, 'USER.PASSWORD_TOO_WEAK'],
    ['on a breached list', 'polniypizdec0211', 422, 'USER.PASSWORD_TOO_WEAK'],
    ['1,001 characters', 'x'.repeat(1_001), 400, 'REQUEST.MALFORMED'],
  ])('are refused when they are %s', async (_, password, status, code) => {
    const answer = await create('weakling', password);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it.each([
    ['lower case with spaces', 'all lower case words'],
    ['64 characters', 'sixty-four characters of a sentence that goes on and on until here'.slice(0, 64)],
    ['128 characters', 'the quick brown fox jumps over '.repeat(5).slice(0, 127) + '!'],
    ['emoji', '🐢🐇🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤'],
  ])('are accepted and sign in exactly when they are %s', async (_, password) => {
    const username = `u${Buffer.from(password).toString('hex').slice(0, 12)}`;
    expect((await create(username, password)).status).toBe(201);
    expect((await service.api.login(username, password)).status).toBe(200);
    for (const wrong of [
      `${password} `,
      ` ${password}`,
      [...password].slice(0, -1).join(''),
      `${password}x`,
    ]) {
      expect((await service.api.login(username, wrong)).status).toBe(401);
    }
  });

  it('answers unknown, wrong, invited, disabled and without a password here alike, to the byte', async () => {
    const disabled = await create('disabled-user', PASSWORD);
    await create('invited-user');
    await create('elsewhere-user', PASSWORD);
    await withoutPassword('elsewhere-user');
    await service.api.post(`/v1/users/${disabled.body.id as string}/disable`, undefined, { token });
    const answers = await Promise.all([
      service.api.login('nobody-here', PASSWORD),
      service.api.login('admin', PASSWORD),
      service.api.login('disabled-user', PASSWORD),
      service.api.login('invited-user', PASSWORD),
      service.api.login('elsewhere-user', PASSWORD),
    ]);
    const comparable = answers.map(({ status, body, headers }) => {
      const names = [...headers.keys()].filter((name) => !name.startsWith('ratelimit')).sort();
      return JSON.stringify([status, { ...body, requestId: '' }, names]);
    });
    expect(new Set(comparable).size).toBe(1);
    expect(answers[0]?.body.code).toBe('AUTH.INVALID_CREDENTIALS');
  });

  it.each([
    [[]],
    [1],
    [true],
    [null],
    [{ username: { a: 1 }, password: 'x' }],
    [{ username: 'a', password: true }],
  ])('refuses the body %j and lives on', async (body) => {
    const { status } = await service.api.post('/v1/auth/login', body);
    expect(status).toBe(400);
  });

  it('A: more than 1,000 characters are malformed, and never get as far as a count or a hash', async () => {
    await create('brief-user', PASSWORD);
    const failures = async (): Promise<number> => {
      const path = '/v1/audit/events?action=sign_in.failed&limit=200';
      return ((await service.api.get(path, { token })).body.items as unknown[]).length;
    };
    // Every attempt at a hash is counted before, and in the trail after.
    const before = await failures();
    for (const password of ['x'.repeat(1_001), `${PASSWORD}${' '.repeat(1_000)}`, '🐢'.repeat(20_000)]) {
      const answer = await service.api.login('brief-user', password);
      expect([answer.status, answer.body.code]).toEqual([400, 'REQUEST.MALFORMED']);
    }
    expect(await failures()).toBe(before);
    await service.api.login('brief-user', 'x'.repeat(1_000));
    expect(await failures()).toBe(before + 1);
  });

  it('A: a change needs the current password', async () => {
    await create('changing-user', PASSWORD);
    const own = { token: (await service.api.signIn('changing-user', PASSWORD)).accessToken };
    const change = (currentPassword?: string) =>
      service.api.post(
        '/v1/users/me/password',
        { currentPassword, newPassword: 'another long sentence' },
        own,
      );
    expect((await change()).status).toBe(400);
    expect((await change('not the right password')).body.code).toBe('USER.CURRENT_PASSWORD_WRONG');
    expect((await service.api.login('changing-user', PASSWORD)).status).toBe(200);
  });

  it('reads no credentials from the query string or from a form', async () => {
    const query = new URLSearchParams({ username: ADMIN.username, password: ADMIN.password });
    const byQuery = await service.api.post(`/v1/auth/login?${query.toString()}`, {});
    expect(byQuery.status).toBe(400);
    const byForm = await fetch(`${service.api.baseUrl}/v1/auth/login`, { method: 'POST', body: query });
    expect(byForm.status).toBe(415);
    expect((await service.api.get(`/v1/auth/login?${query.toString()}`)).status).toBe(405);
    expect(service.output()).not.toContain('battery');
  });
});
