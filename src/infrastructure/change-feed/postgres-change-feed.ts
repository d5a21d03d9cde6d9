import { performance } from 'node:perf_hooks';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DatabaseClock } from '../clock';
import { Database, type Statement } from '../database';
import { ChangeFeed, type ChangeKind, type ChangeSubscriber, type FeedDelay } from './change-feed';
import { FeedCursor, type FeedPosition } from './feed-cursor';
import { FeedHints } from './feed-hints';

const POLL_INTERVAL_MS = 500;
const TRUST_MS = 5_000;
/** Well below the age at which rows are trimmed: a process that was blind for longer reads everything again. */
const REBUILD_AFTER_MS = 60_000;
const TRIM_INTERVAL_MS = 60_000;

const APPEND = {
  name: 'change-feed-append',
  text: 'INSERT INTO change_feed (kind, keys) VALUES ($1, $2) RETURNING id, xid::text',
};
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseMs"';
const HORIZON = {
  name: 'change-feed-horizon',
  text: `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon, ${NOW}`,
};
const READ = {
  name: 'change-feed-read',
  text: `SELECT ${NOW}, s.horizon::text, f.id, f.xid::text, f.kind, f.keys
         FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) s
         LEFT JOIN change_feed f ON (f.xid, f.id) > ($1::xid8, $2::bigint)
         ORDER BY f.xid, f.id`,
};
const TRIM = {
  name: 'change-feed-trim',
  text: `DELETE FROM change_feed WHERE at < now() - interval '1 hour'`,
};

interface FeedHead {
  readonly horizon: string;
  readonly databaseMs: number;
}

interface FeedRow extends FeedHead {
  readonly id: string | null;
  readonly xid: string;
  readonly kind: ChangeKind;
  readonly keys: readonly string[];
}

@Injectable()
export class PostgresChangeFeed
  extends ChangeFeed
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  private readonly logger = new Logger('ChangeFeed');
  private readonly subscribers = new Map<ChangeKind, ChangeSubscriber>();
  private cursor: FeedCursor | undefined;
  private freshAt = -Infinity;
  private waitingSince: number | undefined;
  private reading: Promise<void> | undefined;
  private readAgain = false;
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly database: Database,
    private readonly hints: FeedHints,
    private readonly clock: DatabaseClock,
  ) {
    super();
  }

  override subscribe(subscriber: ChangeSubscriber): void {
    for (const kind of subscriber.kinds) this.subscribers.set(kind, subscriber);
  }

  override async append(kind: ChangeKind, keys: readonly string[]): Promise<void> {
    if (!this.database.isInTransaction())
      throw new Error('A change is recorded in the transaction that makes it');
    const [row] = await this.database.query<{ id: string; xid: string }>(APPEND, [
      kind,
      JSON.stringify(keys),
    ]);
    await this.hints.send();
    if (row === undefined) return;
    const position = { xid: BigInt(row.xid), id: BigInt(row.id) };
    await this.database.afterCommit(() => this.applyOwn(kind, keys, position));
  }

  override isFresh(): boolean {
    return performance.now() - this.freshAt < TRUST_MS;
  }

  override get delay(): FeedDelay {
    const now = performance.now();
    return {
      // Before the first read, since the process has started.
      lagSeconds: (now - Math.max(this.freshAt, 0)) / 1_000,
      horizonAgeSeconds: (now - (this.waitingSince ?? now)) / 1_000,
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.rebuild();
    this.timers = [
      setInterval(() => void this.wake(), POLL_INTERVAL_MS),
      setInterval(() => void this.trim(), TRIM_INTERVAL_MS),
    ];
    this.hints.start(() => void this.wake());
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.hints.stop();
    await this.reading;
  }

  /**
   * Applies a change of this process before its caller goes on. The change has happened: where it cannot be applied,
   * memory is not trusted until the feed was read again.
   */
  private async applyOwn(kind: ChangeKind, keys: readonly string[], position: FeedPosition): Promise<void> {
    try {
      await this.subscribers.get(kind)?.refresh(kind, keys);
      this.cursor?.markApplied(position);
    } catch (error) {
      this.freshAt = -Infinity;
      this.logger.warn(`A change of our own could not be applied: ${String(error)}`);
    }
  }

  /** One read at a time; a hint that comes while one runs causes one more, since that one may have missed it. */
  private async wake(): Promise<void> {
    if (this.reading !== undefined) {
      this.readAgain = true;
      return;
    }
    do {
      this.readAgain = false;
      this.reading = this.read();
      await this.reading;
      this.reading = undefined;
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- another call sets it while we await
    } while (this.readAgain);
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    try {
      if (this.cursor === undefined || startedAt - this.freshAt > REBUILD_AFTER_MS) await this.rebuild();
      else await this.readOn(this.cursor);
      this.freshAt = startedAt;
      this.waitingSince = this.cursor?.isWaiting === true ? (this.waitingSince ?? startedAt) : undefined;
    } catch (error) {
      this.logger.warn(
        `The change feed could not be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  private async readOn(cursor: FeedCursor): Promise<void> {
    const { position } = cursor;
    const place = [position.xid.toString(), position.id.toString()];
    const rows = await this.ask<FeedRow>(READ, place);
    const news = rows.filter((row) => row.id !== null && !cursor.isApplied(BigInt(row.id)));
    for (const [kind, keys] of groupByKind(news)) await this.subscribers.get(kind)?.refresh(kind, keys);
    for (const row of news) cursor.markApplied({ xid: BigInt(row.xid), id: BigInt(row.id ?? 0) });
    const horizon = rows[0]?.horizon;
    if (horizon === undefined) return;
    // Transaction ids never go back, but on a server that was restored or lost its last ones in a failover.
    if (BigInt(horizon) < cursor.horizon) await this.rebuild();
    else cursor.advance(BigInt(horizon));
  }

  /** The cursor is taken before the tables are read: what commits in between is read twice, never missed. */
  private async rebuild(): Promise<void> {
    const startedAt = performance.now();
    const [row] = await this.ask<FeedHead>(HORIZON);
    if (row === undefined) throw new Error('PostgreSQL gave no snapshot');
    const cursor = new FeedCursor({ xid: BigInt(row.horizon), id: 0n });
    for (const subscriber of new Set(this.subscribers.values())) await subscriber.rebuild();
    this.cursor = cursor;
    this.freshAt = startedAt;
  }

  /** Whoever reads the feed learns the time of PostgreSQL along the way. */
  private async ask<Row extends FeedHead>(statement: Statement, values?: readonly string[]): Promise<Row[]> {
    const askedAt = performance.now();
    const rows = await this.database.query<Row & object>(statement, values);
    const databaseMs = rows[0]?.databaseMs;
    if (databaseMs !== undefined) this.clock.observe({ databaseMs, askedAt, answeredAt: performance.now() });
    return rows;
  }

  private async trim(): Promise<void> {
    await this.database.change(TRIM).catch((error: unknown) => {
      this.logger.warn(`The change feed could not be trimmed: ${String(error)}`);
    });
  }
}

/** In the order of each kind's last row: a row that sums up others is applied after all of them. */
function groupByKind(rows: readonly FeedRow[]): Map<ChangeKind, string[]> {
  const groups = new Map<ChangeKind, string[]>();
  for (const { kind, keys } of rows) {
    const before = groups.get(kind) ?? [];
    groups.delete(kind);
    groups.set(kind, [...before, ...keys]);
  }
  return groups;
}
