import { once } from 'node:events';
import { Client } from 'pg';
import { loop } from './loop';

/** A committed row and the news of it on another connection: no process learns of a change faster. */
async function main(): Promise<void> {
  const [writer, listener] = [0, 1].map(() => new Client({ connectionString: process.env.DB_URL }));
  await Promise.all([writer!.connect(), listener!.connect()]);
  await writer!.query('CREATE TABLE IF NOT EXISTS floor_news (id bigint GENERATED ALWAYS AS IDENTITY)');
  await listener!.query('LISTEN floor_news');
  await loop(async () => {
    const heard = once(listener!, 'notification');
    await writer!.query(
      `WITH news AS (INSERT INTO floor_news DEFAULT VALUES) SELECT pg_notify('floor_news', '')`,
    );
    await heard;
  });
}

void main();
