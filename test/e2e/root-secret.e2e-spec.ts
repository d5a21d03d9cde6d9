import { Client } from 'pg';
import { runCli } from '../support/cli';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, ROOT_SECRET, startService, type ServiceProcess } from '../support/service';

const NEW_SECRET = 'Zr5uWy8xQb1nTe4vKc7mHj0pLf3sDg6a';
const PASSWORD = 'a long and quiet sentence';
const NEW_ROOT = { JWT_SECRET_KEY: NEW_SECRET };
const BOTH_ROOTS = { ...NEW_ROOT, JWT_SECRET_KEY_PREVIOUS: ROOT_SECRET };

describe('the replacement of the root secret', () => {
  let database: TestDatabase;
  let sql: Client;
  let service: ServiceProcess;
  let refreshToken: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url, { FAILED_ATTEMPTS_LIMIT: '3' });
    const tokens = await service.api.signIn(ADMIN.username, ADMIN.password);
    refreshToken = tokens.refreshToken;
    const ada = { username: 'ada', email: 'ada@example.com', displayName: 'Ada', password: PASSWORD };
    await service.api.post('/v1/users', ada, { token: tokens.accessToken });
    const { accessToken: token } = await service.api.signIn('ada', PASSWORD);
    await service.api.post('/v1/users/me/mfa/totp', {}, { token });
    for (let i = 0; i < 3; i++) await service.api.login('ada', 'wrong');
    await service.stop();
    sql = new Client({ connectionString: database.url });
    await sql.connect();
  });

  afterAll(async () => {
    await sql.end();
    await service.stop();
    await database.drop();
  });

  const boxes = async (): Promise<string[]> =>
    (
      await sql.query<{ root: string }>(
        `SELECT encode(substring(box FROM 2 FOR 8), 'hex') AS root FROM
           (SELECT key_ciphertext AS box FROM audit_keys UNION ALL SELECT private_key_ciphertext FROM signing_keys
            UNION ALL SELECT secret_ciphertext FROM totp_enrolments) b`,
      )
    ).rows.map(({ root }) => root);

  it('stops the start with one line where the secret cannot open the database', async () => {
    await expect(startService(database.url, NEW_ROOT)).rejects.toThrow(
      /exited with 1:\nA stored secret cannot be opened: it was made under another JWT_SECRET_KEY\n$/,
    );
  });

  it('leaves tokens, sessions and locks as they are while the old one is kept as a previous one', async () => {
    service = await startService(database.url, { ...BOTH_ROOTS, FAILED_ATTEMPTS_LIMIT: '3' });
    const refreshed = await service.api.post('/v1/auth/refresh', { refreshToken });
    expect(refreshed.status).toBe(200);
    refreshToken = refreshed.body.refreshToken as string;
    expect((await service.api.login('ada', PASSWORD)).status).toBe(401);
  });

  it('is refused by keys rewrap as long as something cannot be opened, and changes none of it', async () => {
    const before = await boxes();
    const { exitCode, stdout } = await runCli(database.url, ['keys', 'rewrap'], NEW_ROOT);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/signing_keys: 0 re-encrypted, 1 unreadable, 1 under another secret/);
    expect(await boxes()).toEqual(before);
  });

  it('is complete after keys rewrap, which may be repeated: the old secret is not needed any more', async () => {
    const count = (await boxes()).length;
    expect(count).toBeGreaterThan(1);
    const { exitCode, stdout } = await runCli(database.url, ['keys', 'rewrap'], BOTH_ROOTS);
    expect([exitCode, stdout.includes('signing_keys: 1 re-encrypted, 0 unreadable, 0 under')]).toEqual([
      0,
      true,
    ]);
    expect(new Set(await boxes()).size).toBe(1);
    const again = await runCli(database.url, ['keys', 'rewrap'], BOTH_ROOTS);
    for (const table of ['audit_keys', 'totp_enrolments', 'signing_keys'])
      expect(again.stdout).toMatch(new RegExp(`^${table}: 0 re-encrypted`, 'm'));

    await service.stop();
    service = await startService(database.url, { ...NEW_ROOT, FAILED_ATTEMPTS_LIMIT: '3' });
    const refreshed = await service.api.post('/v1/auth/refresh', { refreshToken });
    expect(refreshed.status).toBe(200);
    const trail = await service.api.get('/v1/audit/events?action=sign_in.failed', {
      token: refreshed.body.accessToken as string,
    });
    expect(trail.body.items[0].ip).toBe('127.0.0.1');
    expect((await service.api.login('ada', PASSWORD)).status).toBe(401);
  });

  it('needs the owner of the schema: the running service may not exchange the keys of the trail', async () => {
    const { rows } = await sql.query<{ keys: boolean; signing: boolean }>(
      `SELECT has_column_privilege('portcullis_runtime', 'audit_keys', 'key_ciphertext', 'UPDATE') AS keys,
         has_column_privilege('portcullis_runtime', 'signing_keys', 'private_key_ciphertext', 'UPDATE') AS signing`,
    );
    expect(rows).toEqual([{ keys: false, signing: false }]);
  });
});
