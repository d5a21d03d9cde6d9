import { verify } from '@node-rs/argon2';
import { Client } from 'pg';
import { PASSWORD } from '../harness/accounts';
import { loop } from './loop';

/** Nothing but hashing: verifies the digest that the service itself stored for a user. */
async function main(): Promise<void> {
  const client = new Client({ connectionString: process.env.DB_URL });
  await client.connect();
  const { rows } = await client.query<{ password_hash: string }>(
    `SELECT password_hash FROM users WHERE username_key LIKE 'user-%' LIMIT 1`,
  );
  await client.end();
  await loop(async () => {
    if (!(await verify(rows[0]!.password_hash, PASSWORD)))
      throw new Error('The digest is not of the password');
  });
}

void main();
