import type { DatabaseServer as ServerConfig } from '../../config/database.config';
import { databaseOfPrimary } from './database-of-primary';
import { startEmbeddedPostgres } from './embedded-postgres';
import { runMigrations } from './migrate';
import { whenReachable } from './reachability';

/** The PostgreSQL that this process uses: one of its own making, or one that was there. */
export abstract class DatabaseServer {
  abstract readonly url: string;
  abstract readonly migrationUrl: string;
  abstract stop(): Promise<void>;
}

export async function startDatabaseServer(config: ServerConfig): Promise<DatabaseServer> {
  if (config.kind === 'of-primary') return outside(await databaseOfPrimary());
  if (config.kind === 'outside') return outside(config.url, config.migrationUrl);
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir });
  return { url: embedded.url, migrationUrl: embedded.url, stop: () => embedded.stop() };
}

/** As {@link startDatabaseServer}, and its schema is up to date. Waits for a server that is not there yet. */
export async function prepareDatabaseServer(config: ServerConfig): Promise<DatabaseServer> {
  const server = await startDatabaseServer(config);
  if (config.kind !== 'of-primary') {
    await whenReachable(() => runMigrations({ url: server.migrationUrl, runtimeUrl: server.url }));
  }
  return server;
}

/** Not ours to stop. */
function outside(url: string, migrationUrl = url): DatabaseServer {
  return { url, migrationUrl, stop: () => Promise.resolve() };
}
