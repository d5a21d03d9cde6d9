import cluster from 'node:cluster';
import { registerAs } from '@nestjs/config';
import { environment, type Environment } from './environment';

export type DatabaseServer =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  /** The primary of this cluster has started or found it, and brings its schema up to date. */
  | { readonly kind: 'of-primary' }
  /** `migrationUrl` logs in as the owner of the schema; `url` as whoever the service runs as. */
  | { readonly kind: 'outside'; readonly url: string; readonly migrationUrl: string };

export const databaseConfig = registerAs('database', () => {
  const env = environment();
  const server: DatabaseServer = cluster.isWorker ? { kind: 'of-primary' } : serverOf(env);
  return { server, poolSize: env.DB_POOL_SIZE };
});

function serverOf(env: Environment): DatabaseServer {
  return env.DB_URL === undefined
    ? { kind: 'embedded', dataDir: env.DATA_DIR }
    : { kind: 'outside', url: env.DB_URL, migrationUrl: env.DB_MIGRATION_URL ?? env.DB_URL };
}
