import { join } from 'node:path';
import { DataSource } from 'typeorm';

// Any constant will do, as long as every version of the service uses the same one.
const MIGRATION_LOCK = 7_240_113;

/**
 * Brings the schema up to date. Safe to call from any number of processes at once: an advisory lock makes the
 * others wait, and they then find nothing to do.
 *
 * `runtimeUrl` is what the service logs in with; where that is another login than the owner's, it is made a
 * member of the runtime role.
 */
export async function runMigrations(options: { url: string; runtimeUrl?: string }): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    migrations: [join(__dirname, '../../../migrations/*.{ts,js}')],
    migrationsTransactionMode: 'each',
    extra: { max: 2, application_name: 'portcullis-migrate', connectionTimeoutMillis: 4_000 },
  });
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations();
    const login = decodeURIComponent(new URL(options.runtimeUrl ?? options.url).username);
    if (login !== '') await grantRuntimeRole(dataSource, login);
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}

async function grantRuntimeRole(dataSource: DataSource, login: string): Promise<void> {
  const [state] = await dataSource.query<{ member: boolean }[]>(
    `SELECT pg_has_role($1, 'portcullis_runtime', 'MEMBER') AS member`,
    [login],
  );
  if (state?.member === false) {
    const [quoted] = await dataSource.query<{ name: string }[]>('SELECT quote_ident($1) AS name', [login]);
    await dataSource.query(`GRANT portcullis_runtime TO ${quoted?.name ?? ''}`);
  }
}
