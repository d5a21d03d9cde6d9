import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { runCli } from '../support/cli';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

/** The whole of the real files is tested where these name them; else small ones of the same kind. */
const ROLES = process.env.AZURE_ROLES_FILE ?? join(__dirname, '../fixtures/import/roles.json');
const PAIRS = process.env.USER_PERMISSIONS_FILE ?? join(__dirname, '../fixtures/import/user-permissions.txt');
const IMPORTS_WITHIN_MS = 60_000;
const BATCH = 1_000;
const ROOT = '00000000-0000-7000-8000-000000000010';

jest.setTimeout(1_200_000);

interface Role {
  readonly roleName: string;
  readonly permissions: Record<string, string[] | null>[];
}

interface Check {
  readonly subject: { type: string; id: string };
  readonly permission: string;
}

/** What the command prints; rejects with what it complains of. */
async function importBy(databaseUrl: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli(databaseUrl, args);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}

describe('imports from the command line', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: Client;
  let token: string;
  let folder: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url);
    client = new Client(database.url);
    await client.connect();
    folder = await mkdtemp(join(tmpdir(), 'portcullis-import-'));
  });

  afterAll(async () => {
    await client.end();
    await service.stop();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    token = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  /** How many answers differ from what is expected. */
  const countWrong = async (checks: Iterable<Check & { readonly expected: boolean }>): Promise<number> => {
    let wrong = 0;
    let batch: (Check & { readonly expected: boolean })[] = [];
    const flush = async () => {
      if (batch.length === 0) return;
      const body = { checks: batch.map(({ subject, permission }) => ({ subject, permission })) };
      const answer = await service.api.post('/v1/access/batch', body, { token });
      expect(answer.status).toBe(200);
      wrong += batch.filter(({ expected }, index) => answer.body.results[index].allowed !== expected).length;
      batch = [];
    };
    for (const check of checks) {
      batch.push(check);
      if (batch.length === BATCH) await flush();
    }
    await flush();
    return wrong;
  };

  const namesIn = async (namespace: string) => {
    const { rows } = await client.query<{ name: string; original: string }>(
      `SELECT name, original_name AS original FROM permissions WHERE source = 'imported' AND name ~ $1`,
      [`^${namespace}[.:]`],
    );
    return rows;
  };

  it('answer for every role and every concrete name as actions without their exceptions say', async () => {
    const roles = JSON.parse(readFileSync(ROLES, 'utf8')) as Role[];
    expect(await importBy(database.url, 'import', 'azure-roles', ROLES, '--namespace', 'azure')).toContain(
      `${roles.length} roles new`,
    );
    expect(await importBy(database.url, 'import', 'azure-roles', ROLES, '--namespace', 'azure')).toBe(
      '0 new permissions; 0 roles new, 0 changed, 0 retired; 0 assignments came or went',
    );
    const holders = new Map(roles.map(({ roleName }) => [`azure/${roleName}`, uuidv7()]));
    await client.query(
      `WITH holders AS (
         INSERT INTO principals (id, type, active) SELECT unnest($1::uuid[]), 'service', true RETURNING id)
       INSERT INTO assignments (id, principal_id, role_id, resource_id, effect)
       SELECT gen_random_uuid(), h.id, r.id, $3, 'allow'
       FROM unnest($1::uuid[], $2::text[]) AS h (id, role) JOIN roles r ON r.name = h.role`,
      [[...holders.values()], [...holders.keys()], ROOT],
    );
    const names = await namesIn('azure');
    const wrong = await countWrong(
      (function* () {
        for (const role of roles) {
          const subject = { type: 'service', id: holders.get(`azure/${role.roleName}`)! };
          const grantedBy = oracleFor(role);
          for (const { name, original } of names)
            yield {
              subject,
              permission: name,
              expected: grantedBy(original, name.startsWith('azure.data-action:')),
            };
        }
      })(),
    );
    expect(wrong).toBe(0);
  });

  it('answer for every user as the pairs say, within a minute', async () => {
    const raw = readFileSync(PAIRS);
    const text = (PAIRS.endsWith('.gz') ? gunzipSync(raw) : raw).toString();
    const file = join(folder, 'pairs.txt');
    await writeFile(file, text);
    const startedAt = Date.now();
    const told = await importBy(database.url, 'import', 'user-permissions', file, '--namespace', 'hp');
    expect(Date.now() - startedAt).toBeLessThan(IMPORTS_WITHIN_MS);
    const pairs = new Set(text.trim().split('\n'));
    const users = [...new Set([...pairs].map((pair) => pair.split(' ')[0]!))];
    expect(told).toContain(`${users.length} assignments came or went`);
    const again = await importBy(database.url, 'import', 'user-permissions', file, '--namespace', 'hp');
    expect(again).toBe('0 new permissions; 0 roles new, 0 changed, 0 retired; 0 assignments came or went');

    const { rows } = await client.query<{ id: string; username: string }>('SELECT id, username FROM users');
    const idOf = new Map(rows.map(({ id, username }) => [username, id]));
    const names = await namesIn('hp');
    const originals = new Map(names.map(({ original, name }) => [original, name]));
    const wrong = await countWrong(
      (function* () {
        for (const pair of pairs) {
          const [user, permission] = pair.split(' ') as [string, string];
          const subject = { type: 'user', id: idOf.get(user)! };
          yield { subject, permission: originals.get(permission)!, expected: true };
        }
        // Of what is not granted, a few for every user.
        for (const [index, user] of users.entries()) {
          const subject = { type: 'user', id: idOf.get(user)! };
          for (let i = 0; i < 50; i++) {
            const { name, original } = names[(index * 7_919 + i * 104_729) % names.length]!;
            yield { subject, permission: name, expected: pairs.has(`${user} ${original}`) };
          }
        }
      })(),
    );
    expect(wrong).toBe(0);
  });

  it('take back what the file does not say any more', async () => {
    const file = join(folder, 'changing.txt');
    const run = async (text: string) => {
      await writeFile(file, text);
      return importBy(database.url, 'import', 'user-permissions', file, '--namespace', 'small');
    };
    await run('eve 1\neve 2\nfay 1\n');
    await run('eve 1\nfay 1\n');
    const { rows } = await client.query<{ id: string }>(`SELECT id FROM users WHERE username = 'eve'`);
    const subject = { type: 'user', id: rows[0]!.id };
    const checks = [
      { subject, permission: 'small:1', expected: true },
      { subject, permission: 'small:2', expected: false },
    ];
    expect(await countWrong(checks)).toBe(0);
  });

  it('leave the namespaces of modules alone', async () => {
    await expect(
      importBy(database.url, 'import', 'azure-roles', ROLES, '--namespace', 'users'),
    ).rejects.toThrow('The namespace "users" is that of a module');
    await expect(importBy(database.url, 'import', 'roles', ROLES)).rejects.toThrow('Usage');
  });
});

/** By regular expressions: shares nothing with the importer. */
function oracleFor(role: Role): (original: string, isData: boolean) => boolean {
  const matcher = (patterns: string[] | null | undefined) => {
    const expressions = (patterns ?? []).map(
      (pattern) =>
        new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^]*')}$`, 'i'),
    );
    return (name: string) => expressions.some((expression) => expression.test(name));
  };
  const objects = role.permissions.map((object) => ({
    actions: matcher(object.actions),
    notActions: matcher(object.notActions),
    dataActions: matcher(object.dataActions),
    notDataActions: matcher(object.notDataActions),
  }));
  return (original, isData) =>
    objects.some((object) =>
      isData
        ? object.dataActions(original) && !object.notDataActions(original)
        : object.actions(original) && !object.notActions(original),
    );
}
