import { Client } from 'pg';

export interface LeadershipOptions {
  readonly url: string;
  /** Any constant, as long as every version of the service uses the same one for the same work. */
  readonly lock: number;
  readonly name: string;
}

/** A leader that lost its network is given up by the server after about 4 s. */
const KEEPALIVE = '-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2';
const CONNECT_TIMEOUT_MS = 4_000;

/**
 * Lets one process of all do a work: whoever holds a session-level advisory lock, on a connection that serves nothing
 * else. It goes with the process, however that ends.
 */
export class Leadership {
  private client: Client | undefined;
  private isLeading = false;

  constructor(private readonly options: LeadershipOptions) {}

  /** Whether this process leads now, or can from now on. Asks the server only as long as it does not lead. */
  async claim(): Promise<boolean> {
    if (this.isLeading) return true;
    const client = this.client ?? (await this.connect());
    const { rows } = await client.query<{ isOurs: boolean }>('SELECT pg_try_advisory_lock($1) AS "isOurs"', [
      this.options.lock,
    ]);
    this.isLeading = rows[0]?.isOurs === true && this.client === client;
    return this.isLeading;
  }

  async resign(): Promise<void> {
    const { client } = this;
    this.forget();
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.options.url,
      application_name: this.options.name,
      options: KEEPALIVE,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
    });
    const lose = (): void => {
      if (this.client === client) this.forget();
    };
    client.on('error', lose);
    client.on('end', lose);
    await client.connect();
    this.client = client;
    return client;
  }

  private forget(): void {
    this.client = undefined;
    this.isLeading = false;
  }
}
