import { DataSource, type DataSourceOptions } from 'typeorm';

const RUNTIME_ROLE = 'portcullis_runtime';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/**
 * Opens the pool of the running service, in the role that may append to the audit trail but not rewrite it.
 *
 * @throws Error when the database lets that role rewrite the trail after all.
 */
export async function openDataSource(options: DataSourceOptions | undefined): Promise<DataSource> {
  const dataSource = new DataSource({
    ...(options as PostgresOptions),
    // An undefined or null in `where` would match any row; make it a programming error instead.
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    extra: {
      options: `-c role=${RUNTIME_ROLE}`,
      application_name: 'portcullis',
      connectionTimeoutMillis: 4_000,
      // Shorter than the 5 s that a caller may have to wait: a stuck statement ends in 503, not in a hang.
      statement_timeout: 4_500,
      query_timeout: 5_000,
      idle_in_transaction_session_timeout: 10_000,
      idleTimeoutMillis: 0,
      keepAlive: true,
      pipeline: true,
    },
  });
  await dataSource.initialize();
  await refuseRewritableTrail(dataSource);
  return dataSource;
}

/** The login of the owner of the schema: for maintenance, which may take its time. */
export function openOwnersDataSource(url: string): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    url,
    extra: { max: 2, application_name: 'portcullis-owner', connectionTimeoutMillis: 4_000 },
  }).initialize();
}

async function refuseRewritableTrail(dataSource: DataSource): Promise<void> {
  const [privileges] = await dataSource.query<{ rewritable: boolean }[]>(
    `SELECT has_table_privilege('audit_events', 'UPDATE') OR has_table_privilege('audit_events', 'DELETE')
         OR has_table_privilege('audit_events', 'TRUNCATE') AS rewritable`,
  );
  if (privileges?.rewritable !== false) {
    await dataSource.destroy();
    throw new Error(
      `The role ${RUNTIME_ROLE} may change or delete audit events; revoke UPDATE, DELETE and TRUNCATE`,
    );
  }
}
