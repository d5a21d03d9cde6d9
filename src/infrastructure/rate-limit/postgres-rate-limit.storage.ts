import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { Database } from '../database';
import { RateLimitStorage, type WindowCount } from './rate-limit.storage';

const SWEEP_INTERVAL_MS = 60_000;
const SWEEP_BATCH = 1_000;

/**
 * Expiry is decided here, by comparison and by the database's time. The commit does not wait for the disk: a crash
 * of the server itself may lose the hits of its last moments, and callers of one key do not queue behind a flush.
 */
const HIT = {
  name: 'rate-limit-hit',
  text: `INSERT INTO rate_limits AS r (key, hits, expires_at)
         SELECT $1::bytea, $3::int + 1, statement_timestamp() + $2::int * interval '1 millisecond'
         WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL
         ON CONFLICT (key) DO UPDATE SET
           hits = CASE WHEN r.expires_at > statement_timestamp()
                       THEN greatest(r.hits, $3::int) + 1 ELSE excluded.hits END,
           expires_at = CASE WHEN r.expires_at > statement_timestamp()
                             THEN r.expires_at ELSE excluded.expires_at END
         RETURNING hits,
           extract(epoch FROM expires_at - statement_timestamp())::float8 * 1000 AS "remainingMs"`,
};

const SWEEP = {
  name: 'rate-limit-sweep',
  text: `DELETE FROM rate_limits WHERE key IN (
           SELECT key FROM rate_limits WHERE expires_at <= statement_timestamp()
           ORDER BY expires_at LIMIT ${SWEEP_BATCH} FOR UPDATE SKIP LOCKED)`,
};

/** Counts for all processes where there is no Redis, by one statement a hit. */
@Injectable()
export class PostgresRateLimitStorage
  extends RateLimitStorage
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  private readonly logger = new Logger('RateLimit');
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: Database) {
    super();
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweep().catch((error: unknown) => {
        this.logger.warn(`Ended rate-limit windows could not be removed: ${String(error)}`);
      });
    }, SWEEP_INTERVAL_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @throws DomainError `SERVICE.UNAVAILABLE` when it cannot count: what is not counted is not let through. */
  override async hit(key: string, windowMs: number, atLeast = 0): Promise<WindowCount> {
    try {
      const values = [Buffer.from(key, 'base64url'), windowMs, atLeast];
      const [count] = await this.database.query<{ hits: number; remainingMs: number }>(HIT, values);
      if (count === undefined) throw new Error('The statement returned no row');
      return count;
    } catch (cause) {
      throw new DomainError('SERVICE.UNAVAILABLE', {
        retryAfterSeconds: 1 + Math.floor(Math.random() * 3),
        cause,
      });
    }
  }

  /** Removes the rows of ended windows, a bounded number at a time, so that it holds no lock for long. */
  async sweep(): Promise<void> {
    while ((await this.database.change(SWEEP)) === SWEEP_BATCH);
  }
}
