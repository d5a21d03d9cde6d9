import { setTimeout as sleep } from 'node:timers/promises';
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
  let clientKeyId: string;

  /** Of the key that a provider knows us by; the private part is sealed. */
  const publishedClientKey = async (): Promise<string> => {
    for (;;) {
      const { status, body } = await service.api.get('/v1/auth/oidc/keyed/jwks');
      if (status === 200) return (body as { keys: { kid: string }[] }).keys[0]?.kid ?? '';
      await sleep(20);
    }
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url, { FAILED_ATTEMPTS_LIMIT: '3' });
    const tokens = await service.api.signIn(ADMIN.username, ADMIN.password);
    refreshToken = tokens.refreshToken;
    const ada = { username: 'ada', email: 'ada@example.com', displayName: 'Ada', password: PASSWORD };
    await service.api.post('/v1/users', ada, { token: tokens.accessToken });
    for (let i = 0; i < 3; i++) await service.api.login('ada', 'wrong');
    const config = {
      issuer: 'https://op.example',
      clientId: 'portcullis',
      clientAuthentication: 'private_key_jwt',
    };
    const provider = { kind: 'oidc', slug: 'keyed', name: 'Keyed', config };
    await service.api.post('/v1/identity-providers', provider, { token: tokens.accessToken });
    clientKeyId = await publishedClientKey();
    await service.stop();
    sql = new Client({ connectionString: database.url });
    await sql.connect();
    // Nobody complains of what nobody uses.
    await sql.query('UPDATE identity_providers SET enabled = false');
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
           (SELECT key_ciphertext AS box FROM audit_keys UNION ALL SELECT private_key_ciphertext FROM signing_keys) b`,
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
    expect(stdout).toContain('identity_providers: 1 re-encrypted, 0 unreadable, 0 under');
    expect(new Set(await boxes()).size).toBe(1);
    const again = await runCli(database.url, ['keys', 'rewrap'], BOTH_ROOTS);
    const counts = again.stdout.trim().split('\n');
    expect(counts.filter((line) => !line.includes(': 0 re-encrypted, 0 unreadable, 0 under'))).toEqual([]);
    expect(counts.map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['audit_keys', 'identity_providers', 'signing_keys', 'totp_factors']),
    );

    await service.stop();
    await sql.query('UPDATE identity_providers SET enabled = true');
    service = await startService(database.url, { ...NEW_ROOT, FAILED_ATTEMPTS_LIMIT: '3' });
    const refreshed = await service.api.post('/v1/auth/refresh', { refreshToken });
    expect(refreshed.status).toBe(200);
    expect(clientKeyId).toMatch(/^[\w-]{43}$/);
    expect(await publishedClientKey()).toBe(clientKeyId);
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
