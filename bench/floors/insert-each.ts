import { Pool } from 'pg';
import { INSERT_EVENT } from './audit-insert';
import { loop } from './loop';

/** One durable commit a row of the trail, on as many connections as POOL_SIZE says. */
async function main(): Promise<void> {
  const pool = new Pool({ connectionString: process.env.DB_URL, max: Number(process.env.POOL_SIZE) });
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM sessions LIMIT 1');
  await loop(() => pool.query({ ...INSERT_EVENT, values: [rows[0]!.id] }));
}

void main();
