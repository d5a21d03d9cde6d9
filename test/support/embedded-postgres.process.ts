import { Client } from 'pg';
import {
  EmbeddedPostgresError,
  startEmbeddedPostgres,
} from '../../src/infrastructure/database/embedded-postgres';

/**
 * A service in small, for tests that kill it: starts the server of the folder it is given, prints one line of JSON
 * (`{ url }` or `{ error }`), and on SIGINT asks the database once more before it stops it.
 */
async function main(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir });
  const keepAlive = setInterval(() => undefined, 60_000);
  process.once('SIGINT', () => {
    clearInterval(keepAlive);
    void drain(server.url).then(() => server.stop());
  });
  process.once('SIGTERM', () => process.exit());
  tell({ url: server.url });
}

async function drain(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`INSERT INTO marks VALUES ('drained')`);
  await client.end();
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  tell({ error: error.message });
});
