import { withClient } from './sql';

const ROOT = '00000000-0000-7000-8000-000000000010';

export const WORLD = {
  users: 10_000,
  assignments: 30_000,
  nodes: 100_000,
  areas: 10,
  folders: 1_000,
  roles: 50,
};
export const PERMISSION = 'bench.no-op:call';

/** The id of the n-th of a kind: `a` areas, `b` folders, `c` documents, `d` users, `e` roles, `f` assignments. */
function idSql(kind: string, n: string): string {
  return `('${kind}0000000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
}

export function idOf(kind: 'c' | 'd' | 'e', n: number): string {
  return `${kind}0000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** Documents in folders in areas; a node is one of the three. */
export const DOCUMENTS = WORLD.nodes - WORLD.areas - WORLD.folders;

const STATEMENTS = [
  `INSERT INTO resources (id, parent_id, type, key, name, path)
   SELECT ${idSql('a', 'n')}, '${ROOT}', 'area', 'area-' || n, 'Area', ARRAY['${ROOT}', ${idSql('a', 'n')}]
   FROM generate_series(0, ${WORLD.areas - 1}) n`,
  `INSERT INTO resources (id, parent_id, type, key, name, path)
   SELECT ${idSql('b', 'n')}, p.id, 'folder', 'folder-' || n, 'Folder', p.path || ${idSql('b', 'n')}
   FROM generate_series(0, ${WORLD.folders - 1}) n JOIN resources p ON p.id = ${idSql('a', `n % ${WORLD.areas}`)}`,
  `INSERT INTO resources (id, parent_id, type, key, name, path, tags)
   SELECT ${idSql('c', 'n')}, p.id, 'document', 'document-' || n, 'Document', p.path || ${idSql('c', 'n')},
     jsonb_build_object('state', CASE n % 2 WHEN 0 THEN 'public' ELSE 'draft' END)
   FROM generate_series(0, ${DOCUMENTS - 1}) n JOIN resources p ON p.id = ${idSql('b', `n % ${WORLD.folders}`)}`,
  `INSERT INTO principals (id, type, active)
   SELECT ${idSql('d', 'n')}, 'user', true FROM generate_series(0, ${WORLD.users - 1}) n`,
  `INSERT INTO users (id, username, username_key, email, email_key, display_name, status)
   SELECT ${idSql('d', 'n')}, 'holder-' || n, 'holder-' || n, 'holder-' || n || '@bench.example',
     'holder-' || n || '@bench.example', 'Holder', 'active' FROM generate_series(0, ${WORLD.users - 1}) n`,
  `INSERT INTO roles (id, name, name_key, grants)
   SELECT ${idSql('e', 'n')}, 'role-' || n, 'role-' || n,
     CASE n % 2 WHEN 0 THEN '{${PERMISSION}}' ELSE '{users:read,users:create}' END::text[]
   FROM generate_series(0, ${WORLD.roles - 1}) n`,
  // Of the three of a user one is held in an area, one in a folder under a condition, one at a document.
  `INSERT INTO assignments (id, principal_id, role_id, resource_id, effect, condition)
   SELECT ${idSql('f', 'n')}, ${idSql('d', 'n / 3')}, ${idSql('e', `n % ${WORLD.roles}`)},
     CASE n % 3 WHEN 0 THEN ${idSql('a', `n % ${WORLD.areas}`)}
       WHEN 1 THEN ${idSql('b', `n % ${WORLD.folders}`)} ELSE ${idSql('c', 'n')} END, 'allow',
     CASE n % 3 WHEN 1 THEN '{"op":"eq","attribute":"resource.tags.state","value":"public"}'::jsonb END
   FROM generate_series(0, ${WORLD.assignments - 1}) n`,
  'ANALYZE',
];

/** Fills `database` with a policy of the size that the goals name: always the same. */
export function seedWorld(database: string): Promise<void> {
  return withClient(database, async (client) => {
    for (const statement of STATEMENTS) await client.query(statement);
  });
}

/** Gives the same users `count` more roles at documents, spread over all of them. */
export function seedGrants(database: string, count: number): Promise<void> {
  return withClient(database, async (client) => {
    await client.query(
      `INSERT INTO assignments (id, principal_id, role_id, resource_id, effect)
       SELECT ${idSql('9', 'n')}, ${idSql('d', `n % ${WORLD.users}`)}, ${idSql('e', `n % ${WORLD.roles}`)},
         ${idSql('c', `(n::bigint * 7919) % ${DOCUMENTS}`)}, 'allow'
       FROM generate_series(1, $1::int) n ON CONFLICT DO NOTHING`,
      [count],
    );
    await client.query('VACUUM ANALYZE assignments');
  });
}

/** The n-th question. Of four, one is of a document in the user's folder, one of one in his area, two of any. */
export function questionOf(n: number): { readonly subject: string; readonly resource: string } {
  const turn = Math.floor(n / 4);
  const user = (n * 7_919 + turn) % WORLD.users;
  const any = (n * 104_729) % DOCUMENTS;
  const folder = (3 * user + 1) % WORLD.folders;
  const area = (3 * user) % WORLD.areas;
  const documents = [folder + WORLD.folders * (turn % 98), area + WORLD.areas * (turn % 9_000), any, any];
  return { subject: idOf('d', user), resource: idOf('c', documents[n % 4]!) };
}
