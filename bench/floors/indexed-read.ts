import { Pool } from 'pg';
import { loop } from './loop';

const LIST = {
  name: 'list',
  text: `SELECT id, methods, ip, user_agent, created_at, last_seen_at, expires_at FROM sessions
         WHERE user_id = $1 AND ended_at IS NULL ORDER BY id DESC LIMIT 50`,
};

/** The rows of a user's sessions by their index, without a service around it. */
async function main(): Promise<void> {
  const pool = new Pool({ connectionString: process.env.DB_URL, max: Number(process.env.POOL_SIZE) });
  const { rows } = await pool.query<{ id: string }>('SELECT DISTINCT user_id AS id FROM sessions');
  await loop((lane) => pool.query({ ...LIST, values: [rows[lane % rows.length]!.id] }));
}

void main();
