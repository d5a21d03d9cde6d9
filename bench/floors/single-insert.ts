import { Client } from 'pg';
import { INSERT_EVENT } from './audit-insert';
import { loop } from './loop';

/** One durable commit of one row of the trail, on one connection. */
async function main(): Promise<void> {
  const client = new Client({ connectionString: process.env.DB_URL });
  await client.connect();
  const { rows } = await client.query<{ id: string }>('SELECT id FROM sessions LIMIT 1');
  await loop(() => client.query({ ...INSERT_EVENT, values: [rows[0]!.id] }));
}

void main();
