import type { DatabaseServer as ServerConfig } from '../../config/database.config';
import { startEmbeddedPostgres } from './embedded-postgres';

/** The PostgreSQL that this process uses: one of its own making, or one that was there. */
export abstract class DatabaseServer {
  abstract readonly url: string;
  abstract readonly migrationUrl: string;
  abstract stop(): Promise<void>;
}

export async function startDatabaseServer(config: ServerConfig): Promise<DatabaseServer> {
  if (config.kind === 'outside') {
    return { url: config.url, migrationUrl: config.migrationUrl, stop: () => Promise.resolve() };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir });
  return { url: embedded.url, migrationUrl: embedded.url, stop: () => embedded.stop() };
}
