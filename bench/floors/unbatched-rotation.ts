import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { INSERT_EVENT } from './audit-insert';
import { loop } from './loop';

const ROTATE = {
  name: 'rotate',
  text: `UPDATE sessions SET refresh_token_hash = $2, previous_refresh_token_hash = refresh_token_hash,
           refreshed_at = statement_timestamp(), last_seen_at = statement_timestamp()
         WHERE id = $1 AND ended_at IS NULL RETURNING user_id`,
};

/** A rotation without a service around it, and a transaction of its own for each: session and event, one commit. */
async function main(): Promise<void> {
  const pool = new Pool({ connectionString: process.env.DB_URL, max: Number(process.env.POOL_SIZE) });
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM sessions ORDER BY id');
  await loop(async (lane) => {
    const { id } = rows[lane % rows.length]!;
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query({ ...ROTATE, values: [id, randomBytes(32)] });
    await client.query({ ...INSERT_EVENT, values: [id] });
    await client.query('COMMIT');
    client.release();
  });
}

void main();
