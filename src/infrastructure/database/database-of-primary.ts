import cluster from 'node:cluster';
import { Client } from 'pg';
import { whenReachable } from './reachability';

const QUESTION = 'database-url';

interface Answer {
  readonly databaseUrl: string;
}

/** In the primary of a cluster: tells every worker that asks, also one started later, once `url` is known. */
export function tellWorkers(url: Promise<string>): void {
  cluster.on('message', (worker, message) => {
    if (message !== QUESTION) return;
    url.then(
      (databaseUrl) => worker.isConnected() && worker.send({ databaseUrl } satisfies Answer),
      () => undefined, // the primary ends with the reason, and its workers with it
    );
  });
}

/** In a worker: resolves once the primary has brought the schema up to date and the server can be reached. */
export async function databaseOfPrimary(): Promise<string> {
  const { databaseUrl } = await new Promise<Answer>((resolve) => {
    process.on('message', (message: Partial<Answer> | undefined) => {
      if (message?.databaseUrl !== undefined) resolve({ databaseUrl: message.databaseUrl });
    });
    process.send?.(QUESTION);
  });
  await whenReachable(async () => {
    const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 4_000 });
    await client.connect();
    await client.end();
  });
  return databaseUrl;
}
