import { Client } from 'pg';

/** Runs `work` on a connection of its own to `database`, as its owner and not as the service. */
export async function withClient<T>(database: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
