import { Injectable, Logger } from '@nestjs/common';
import { Client } from 'pg';
import { Database, DatabaseServer } from '../database';

const CHANNEL = 'portcullis_changes';
const MAX_BACKOFF_MS = 5_000;

const NOTIFY = { name: 'change-feed-notify', text: `SELECT pg_notify('${CHANNEL}', '')` };

/** Hints by LISTEN/NOTIFY, on a connection of its own. */
@Injectable()
export class PostgresHints {
  private readonly logger = new Logger('ChangeFeed');
  private client: Client | undefined;
  private stopped = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly server: DatabaseServer,
  ) {}

  /** Sent by PostgreSQL when, and only if, the current transaction commits. */
  async send(): Promise<void> {
    await this.database.query(NOTIFY);
  }

  start(onHint: () => void, backoffMs = 100): void {
    const client = new Client({
      connectionString: this.server.url,
      keepAlive: true,
      application_name: 'portcullis-feed',
    });
    this.client = client;
    const reconnect = (): void => {
      if (this.stopped || this.client !== client) return;
      this.client = undefined;
      client.end().catch(() => undefined);
      this.retry = setTimeout(() => {
        this.start(onHint, Math.min(backoffMs * 2, MAX_BACKOFF_MS));
      }, backoffMs);
    };
    client.on('notification', onHint);
    client.on('error', reconnect);
    client.on('end', reconnect);
    client
      .connect()
      .then(() => client.query(`LISTEN ${CHANNEL}`))
      .then(() => {
        backoffMs = 100;
        onHint();
      })
      .catch((error: unknown) => {
        this.logger.debug(`No hints for now: ${String(error)}`);
        reconnect();
      });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }
}
