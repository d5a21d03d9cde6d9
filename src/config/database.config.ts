import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export type DatabaseServer =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  /** `migrationUrl` logs in as the owner of the schema; `url` as whoever the service runs as. */
  | { readonly kind: 'outside'; readonly url: string; readonly migrationUrl: string };

export const databaseConfig = registerAs('database', () => {
  const env = environment();
  const server: DatabaseServer =
    env.DB_URL === undefined
      ? { kind: 'embedded', dataDir: env.DATA_DIR }
      : { kind: 'outside', url: env.DB_URL, migrationUrl: env.DB_MIGRATION_URL ?? env.DB_URL };
  return { server, poolSize: env.DB_POOL_SIZE };
});
