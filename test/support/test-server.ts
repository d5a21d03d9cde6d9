import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/infrastructure/database/embedded-postgres';
import { runMigrations } from '../../src/infrastructure/database/migrate';
import { administer, databaseUrl } from './postgres-admin';

/** How the workers, which are processes of their own, learn of the template. */
export const TEMPLATE_VARIABLE = 'PORTCULLIS_TEST_TEMPLATE_URL';

export interface TestServer {
  /** Logs in as a superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

let stop: (() => Promise<void>) | undefined;

/** Makes the migrated database that every suite clones, on the server of `TEST_DB_URL` or on one of its own. */
export async function startTestServer(startServer: () => Promise<TestServer>): Promise<void> {
  // Jest ends at once on Ctrl-C; exiting lets the server go with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const server = await (outsideServer() ?? startServer());
  const template = `portcullis_template_${process.pid}`;
  const templateUrl = databaseUrl(server.url, template);
  stop = async () => {
    await administer(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await server.stop();
  };
  try {
    await administer(server.url, `CREATE DATABASE ${template}`);
    await runMigrations({ url: templateUrl });
  } catch (error) {
    await stop();
    throw error;
  }
  process.env[TEMPLATE_VARIABLE] = templateUrl;
}

export async function stopTestServer(): Promise<void> {
  await stop?.();
}

export async function startEmbeddedServer(): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'portcullis-test-'));
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

function outsideServer(): TestServer | undefined {
  const url = process.env.TEST_DB_URL;
  return url === undefined ? undefined : { url, stop: () => Promise.resolve() };
}
