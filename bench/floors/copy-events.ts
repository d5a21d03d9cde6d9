import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { loop } from './loop';

const COLUMNS = 'id, action, outcome, actor_type, actor_id, target_type, target_id, session_id';

/** ROWS of the trail by COPY, one durable commit each time, from a file of the server's own machine. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-copy-'));
  // The server may run as somebody else.
  chmodSync(folder, 0o777);
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'events');
  const client = new Client({ connectionString: process.env.DB_URL });
  await client.connect();
  await client.query(
    `COPY (SELECT gen_random_uuid(), 'session.refreshed', 'success', 'user', s.user_id, 'session', s.id, s.id
           FROM generate_series(1, ${Number(process.env.ROWS)}), (SELECT * FROM sessions LIMIT 1) s) TO '${file}'`,
  );
  await loop(() => client.query(`COPY audit_events (${COLUMNS}) FROM '${file}'`));
}

void main();
