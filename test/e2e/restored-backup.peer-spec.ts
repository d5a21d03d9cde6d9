import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Tokens } from '../support/api-client';
import { debianProgram, startDebianPostgres } from '../support/debian-postgres';
import { administer } from '../support/postgres-admin';
import { ADMIN, startService, type ServiceProcess } from '../support/service';
import type { TestServer } from '../support/test-server';
import { PASSWORD, startTwoServices, type TestUser, type TwoServices } from '../support/two-services';

const run = promisify(execFile);
const SEALED_WITHIN_MS = 10_000;

/** As docs/operations/running.md says: a dump, restored into a server that has only the role. */
describe('M: a backup that was restored into an empty server', () => {
  let source: TwoServices;
  let target: TestServer;
  let restored: ServiceProcess;
  let user: TestUser;
  let live: Tokens;
  let ended: Tokens;
  let revoked: Tokens;
  let checkpoint: unknown;

  beforeAll(async () => {
    source = await startTwoServices();
    target = await startDebianPostgres();
    const { api } = source.first;
    const token = source.adminToken;
    user = await source.aUser();
    const signIn = () => api.signIn(user.username, PASSWORD);
    [live, ended, revoked] = [await signIn(), await signIn(), await signIn()];
    // Transaction ids start again on the new server, far below those that the rows bring along.
    await source.sql(`DO $$ BEGIN
      FOR i IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
    END $$`);
    const open = new Client({ connectionString: source.url });
    await open.connect();
    // What ends from here on is not sealed before the dump.
    await open.query('BEGIN');
    await open.query('SELECT pg_current_xact_id()');
    await api.post('/v1/auth/logout', { refreshToken: ended.refreshToken });
    await api.post('/v1/auth/revoke', { token: revoked.accessToken }, { token });
    checkpoint = (await api.get('/v1/audit/checkpoints?limit=1', { token })).body.items[0];
    await dumpAndRestore(source.url, target.url);
    await open.end();
    await source.stop();
    restored = await startService(target.url);
  });

  afterAll(async () => {
    await restored.stop();
    await target.stop();
  });

  async function dumpAndRestore(from: string, to: string): Promise<void> {
    const dir = mkdtempSync(join(tmpdir(), 'portcullis-backup-'));
    const file = join(dir, 'portcullis.dump');
    await run(debianProgram('pg_dump'), ['--format=custom', `--file=${file}`, from]);
    await administer(to, 'CREATE ROLE portcullis_runtime NOLOGIN');
    await run(debianProgram('pg_restore'), ['--no-owner', '--exit-on-error', `--dbname=${to}`, file]);
    rmSync(dir, { recursive: true });
  }

  const statusOf = async (token: string): Promise<number> =>
    (await restored.api.get('/v1/auth/me', { token })).status;
  const refresh = ({ refreshToken }: Tokens) => restored.api.post('/v1/auth/refresh', { refreshToken });

  it('lets people sign in, and go on with the sessions that they have', async () => {
    await restored.api.signIn(user.username, PASSWORD);
    expect(await statusOf(live.accessToken)).toBe(200);
    const { status, body } = await refresh(live);
    expect([status, body.sessionId]).toEqual([200, live.sessionId]);
    expect(await statusOf(body.accessToken)).toBe(200);
  });

  it('keeps dead what was ended or revoked', async () => {
    expect(await Promise.all([ended, revoked].map(({ accessToken }) => statusOf(accessToken)))).toEqual([
      401, 401,
    ]);
    expect((await refresh(ended)).status).toBe(401);
  });

  it('goes on with the chain of the trail, which still verifies from a checkpoint that was kept', async () => {
    const { accessToken: token } = await restored.api.signIn(ADMIN.username, ADMIN.password);
    const client = new Client({ connectionString: target.url });
    await client.connect();
    const unsealed = async (): Promise<number> =>
      (
        await client.query<{ count: number }>(
          'SELECT count(*)::int AS count FROM audit_events WHERE sequence IS NULL',
        )
      ).rows[0]?.count ?? NaN;
    const { rows } = await client.query<{ isBehind: boolean }>(
      'SELECT max(xid::text::bigint) > pg_current_xact_id()::text::bigint AS "isBehind" FROM audit_events',
    );
    expect(rows[0]?.isBehind).toBe(true);
    const deadline = Date.now() + SEALED_WITHIN_MS;
    while ((await unsealed()) > 0 && Date.now() < deadline) await sleep(100);
    expect(await unsealed()).toBe(0);
    await client.end();
    const { status, body } = await restored.api.post('/v1/audit/verify', { checkpoint }, { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ valid: true, unsealed: 0 });
    expect(body.checkpoint.number).toBeGreaterThan((checkpoint as { number: number }).number);
  });
});
