import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const FILE = join(__dirname, '../../docs/access-matrix.md');
const ROOT = '00000000-0000-7000-8000-000000000010';
const ROLES = ['administrator', 'user-manager', 'auditor'] as const;

interface Operation {
  readonly security?: object[];
  readonly 'x-required-permission'?: string;
}

/** What the running application says of its routes, and decides for somebody who holds one built-in role. */
describe('the table of routes and roles', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url);
    client = new Client(database.url);
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await service.stop();
    await database.drop();
  });

  const aHolderOf = async (role: string) => {
    const id = uuidv7();
    await client.query(`INSERT INTO principals (id, type, active) VALUES ($1, 'service', true)`, [id]);
    await client.query(
      `INSERT INTO assignments (id, principal_id, role_id, resource_id, effect)
       SELECT gen_random_uuid(), $1, id, $3, 'allow' FROM roles WHERE name = $2`,
      [id, role, ROOT],
    );
    return id;
  };

  /** The permissions of `names` that the holder of `role` has. */
  const heldBy = async (role: string, names: readonly string[]): Promise<ReadonlySet<string>> => {
    const { accessToken: token } = await service.api.signIn(ADMIN.username, ADMIN.password);
    const subject = { type: 'service', id: await aHolderOf(role) };
    const body = { checks: names.map((permission) => ({ subject, permission })) };
    const { body: answer } = await service.api.post('/v1/access/batch', body, { token });
    return new Set(names.filter((_, index) => answer.results[index].allowed));
  };

  it('is the one in docs/access-matrix.md, which somebody has looked at', async () => {
    const { paths } = (await (await fetch(`${service.api.baseUrl}/docs-json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    const routes = Object.entries(paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          route: `${method.toUpperCase()} ${path}`,
          path,
          needs: operation['x-required-permission'],
          isPublic: operation.security === undefined,
        })),
      )
      .sort((a, b) => (`${a.path} ${a.route}` < `${b.path} ${b.route}` ? -1 : 1));
    const permissions = [...new Set(routes.flatMap(({ needs }) => namesIn(needs)))];
    const held = await Promise.all(ROLES.map((role) => heldBy(role, permissions)));

    const rows = routes.map(({ route, needs, isPublic }) => {
      const cells = held.map((names) => mark(isPublic || needs === undefined || isMet(needs, names)));
      const what = isPublic ? 'nothing: public' : (needs ?? 'a token');
      return `| \`${route}\` | ${what} | ${[mark(isPublic), mark(needs === undefined), ...cells].join(' | ')} |`;
    });
    const generated = [...HEAD, ...rows].join('\n');
    if (process.env.UPDATE_ACCESS_MATRIX === 'true') await writeFile(FILE, generated);
    expect(unaligned(generated)).toBe(unaligned(await readFile(FILE, 'utf8')));
  });
});

const HEAD = [
  '# Who may call what',
  '',
  'Every route of the API, what it needs, and who has that by the built-in roles at the root. Made by the running',
  'application (`npm run access-matrix`); a test fails when the two differ, so that no route opens or shuts unseen.',
  '',
  'A role held at a resource gives the same there and below. "Anybody signed in" holds no role: such routes serve what is',
  "the caller's own. Lists that show only what one may read need their permission at what is to be seen. What is public",
  'decides by what it is sent: credentials, a challenge, or, for `GET /metrics`, a token of its own.',
  '',
  `| Route | Needs | Nobody | Anybody signed in | ${ROLES.join(' | ')} |`,
  `| --- | --- | --- | --- | ${ROLES.map(() => '---').join(' | ')} |`,
];

function namesIn(needs: string | undefined): string[] {
  return needs?.match(/[a-z][a-z0-9.-]*:[a-z-]+/g) ?? [];
}

function isMet(needs: string, held: ReadonlySet<string>): boolean {
  const names = namesIn(needs);
  return needs.includes(' or ')
    ? names.some((name) => held.has(name))
    : names.every((name) => held.has(name));
}

/** Without the blanks and dashes that align a table. */
function unaligned(table: string): string {
  return table.replace(/ +/g, ' ').replace(/-{3,}/g, '---').trim();
}

function mark(isAllowed: boolean): string {
  return isAllowed ? 'yes' : '–';
}
