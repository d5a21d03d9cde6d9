import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import type { Checkpoint } from './checkpoint';
import { HASH_BYTES } from './merkle-tree';
import type { Retirement } from './retirement';
import {
  SEALED_RECORD_FIELDS,
  STORED_RECORD_FIELDS,
  type SealedRecord,
  type StoredRecord,
} from './sealed-record';

export interface SealedBatch {
  readonly checkpoint: Checkpoint;
  readonly leaves: readonly Buffer[];
  /** The month (`2026-11-01`) of all its events. */
  readonly month: string;
  /** What was taken out of it; null for nothing. */
  readonly retirement: Retirement | null;
}

type BatchRow = Checkpoint & {
  readonly leaves: Buffer;
  readonly month: string;
  readonly retirement: Retirement | null;
};

const CHECKPOINT = `number::float8 AS number, id AS "batchId", first_sequence::float8 AS "firstSequence",
  last_sequence::float8 AS "lastSequence", encode(root, 'hex') AS root, encode(previous, 'hex') AS previous,
  to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "sealedAt", kid,
  encode(signature, 'hex') AS signature, 1 AS version`;
const RETIREMENT = `SELECT json_build_object('version', 1, 'checkpoint', encode(r.checkpoint, 'hex'),
    'retired', encode(r.retired, 'hex'),
    'retiredAt', to_char(r.retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'kid', r.kid, 'signature', encode(r.signature, 'hex'))
  FROM audit_retirements r WHERE r.number = audit_batches.number`;
const BATCH = `${CHECKPOINT}, leaves, month::text AS month, (${RETIREMENT}) AS retirement`;

const FIND_LAST = {
  name: 'audit-batches-find-last',
  text: `SELECT ${CHECKPOINT} FROM audit_batches ORDER BY audit_batches.number DESC LIMIT 1`,
};
const FIND_CHECKPOINTS = {
  name: 'audit-batches-find-checkpoints',
  text: `SELECT ${CHECKPOINT} FROM audit_batches WHERE audit_batches.number < coalesce($1::bigint, 9223372036854775807)
         ORDER BY audit_batches.number DESC LIMIT $2`,
};
const FIND_BY_ID = {
  name: 'audit-batches-find-by-id',
  text: `SELECT ${BATCH} FROM audit_batches WHERE id = $1`,
};
const FIND_BY_NUMBER = {
  name: 'audit-batches-find-by-number',
  text: `SELECT ${BATCH} FROM audit_batches WHERE audit_batches.number = $1`,
};
// At least one batch: the first that there is, whatever was taken out before it.
const FIND_PART = {
  name: 'audit-batches-find-part',
  text: `WITH head (head, start) AS (
           SELECT audit_batches.number, first_sequence FROM audit_batches
           WHERE audit_batches.number BETWEEN $1 AND $2 ORDER BY audit_batches.number LIMIT 1)
         SELECT ${BATCH} FROM audit_batches, head
         WHERE audit_batches.number BETWEEN head AND $2
           AND (audit_batches.number = head OR last_sequence < start + $3::bigint)
         ORDER BY audit_batches.number LIMIT $4`,
};
const INSERT = {
  name: 'audit-batches-insert',
  text: `INSERT INTO audit_batches (number, id, first_sequence, last_sequence, root, previous, sealed_at, kid, signature,
           leaves, month, first_at, last_at)
         VALUES ($1, $2, $3, $4, decode($5, 'hex'), decode($6, 'hex'), $7, $8, decode($9, 'hex'), $10, $11, $12, $13)`,
};
// Below the horizon every transaction has ended, so nothing can come to lie between what is taken. What is above all
// that this server has given out was restored from another one, and has ended as well.
const FIND_SEALABLE = {
  name: 'audit-events-find-sealable',
  text: `SELECT ${STORED_RECORD_FIELDS} FROM audit_events, pg_current_snapshot() AS seen
         WHERE sequence IS NULL
           AND (audit_events.xid < pg_snapshot_xmin(seen) OR audit_events.xid >= pg_snapshot_xmax(seen))
         ORDER BY audit_events.xid, audit_events.id LIMIT $1`,
};
const MARK_SEALED = {
  name: 'audit-events-mark-sealed',
  text: `UPDATE audit_events SET sequence = sealed.sequence, batch_id = $1
         FROM unnest($2::uuid[], $3::timestamptz[], $4::bigint[]) AS sealed (id, at, sequence)
         WHERE audit_events.id = sealed.id AND audit_events.at = sealed.at AND audit_events.sequence IS NULL`,
};
const FIND_SEALED = {
  name: 'audit-events-find-sealed',
  text: `SELECT ${SEALED_RECORD_FIELDS} FROM audit_events WHERE audit_events.sequence BETWEEN $1 AND $2
         ORDER BY audit_events.sequence, audit_events.id`,
};
const COUNT_UNSEALED = {
  name: 'audit-events-count-unsealed',
  text: `SELECT count(*)::float8 AS count,
           coalesce(extract(epoch FROM statement_timestamp() - min(at)), 0)::float8 AS "oldestSeconds"
         FROM audit_events WHERE sequence IS NULL`,
};
const FIND_STRAY = {
  name: 'audit-events-find-stray',
  text: `SELECT min(sequence)::float8 AS sequence FROM audit_events
         WHERE (sequence < 1 OR sequence > $1)
           AND NOT EXISTS (SELECT FROM audit_batches WHERE audit_batches.id = audit_events.batch_id
             AND audit_events.sequence BETWEEN first_sequence AND last_sequence)`,
};
const FIND_RANGE = {
  name: 'audit-batches-find-range',
  text: `SELECT min(number)::float8 AS first, max(number)::float8 AS last,
           min(first_sequence)::float8 AS "firstSequence", max(last_sequence)::float8 AS "lastSequence"
         FROM audit_batches
         WHERE ($1::timestamptz IS NULL OR last_at >= $1) AND ($2::timestamptz IS NULL OR first_at < $2)
           AND ($3::bigint IS NULL OR last_sequence >= $3) AND ($4::bigint IS NULL OR first_sequence <= $4)`,
};
const TAKE_SNAPSHOT = {
  name: 'audit-batches-take-snapshot',
  text: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
};
// A month that is detached is gone for every snapshot, also for one that does not see its retirement yet.
const KEEP_MONTHS = {
  name: 'audit-events-keep-months',
  text: 'LOCK TABLE audit_events IN ACCESS SHARE MODE',
};

/** What to look at: by time, or by sequence; all bounds are optional. */
export interface BatchRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly fromSequence?: number | undefined;
  readonly toSequence?: number | undefined;
}

/** The numbers of the first and the last batch, and their sequences. */
export interface BatchSpan {
  readonly first: number;
  readonly last: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** Sealed events and their checkpoints. */
@Injectable()
export class AuditBatchesRepository {
  constructor(private readonly database: Database) {}

  async findLast(): Promise<Checkpoint | null> {
    return (await this.database.query<Checkpoint>(FIND_LAST))[0] ?? null;
  }

  /** Newest first, below `before`. */
  findCheckpoints(before: number | null, limit: number): Promise<Checkpoint[]> {
    return this.database.query<Checkpoint>(FIND_CHECKPOINTS, [before, limit]);
  }

  async findById(id: string): Promise<SealedBatch | null> {
    const [row] = await this.database.query<BatchRow>(FIND_BY_ID, [id]);
    return row === undefined ? null : toBatch(row);
  }

  async findByNumber(number: number): Promise<SealedBatch | null> {
    const [row] = await this.database.query<BatchRow>(FIND_BY_NUMBER, [number]);
    return row === undefined ? null : toBatch(row);
  }

  /** The first of the batches from number `first` to `last`, and as many more as stay within the limits. */
  async findPart(
    first: number,
    last: number,
    { maxEvents, maxBatches }: { readonly maxEvents: number; readonly maxBatches: number },
  ): Promise<SealedBatch[]> {
    return (await this.database.query<BatchRow>(FIND_PART, [first, last, maxEvents, maxBatches])).map(
      toBatch,
    );
  }

  /** From the first to the last batch that holds something of the range; null where none does. */
  async findRange(range: BatchRange): Promise<BatchSpan | null> {
    const { from = null, to = null, fromSequence = null, toSequence = null } = range;
    const [span] = await this.database.query<BatchSpan | Record<keyof BatchSpan, null>>(FIND_RANGE, [
      from,
      to,
      fromSequence,
      toSequence,
    ]);
    return span === undefined || span.first === null ? null : span;
  }

  /** In the order in which they are to be sealed. */
  findSealable(limit: number): Promise<StoredRecord[]> {
    return this.database.query<StoredRecord>(FIND_SEALABLE, [limit]);
  }

  findSealed(firstSequence: number, lastSequence: number): Promise<SealedRecord[]> {
    return this.database.query<SealedRecord>(FIND_SEALED, [firstSequence, lastSequence]);
  }

  /** Of two sealers that insert the same number one fails, and what it did is undone. */
  async insert(
    { checkpoint, leaves, month }: Omit<SealedBatch, 'retirement'>,
    firstAt: string,
    lastAt: string,
  ): Promise<void> {
    const { number, batchId, firstSequence, lastSequence, root, previous, sealedAt, kid, signature } =
      checkpoint;
    await this.database.change(INSERT, [
      ...[number, batchId, firstSequence, lastSequence, root, previous, sealedAt, kid, signature],
      ...[Buffer.concat(leaves), month, firstAt, lastAt],
    ]);
  }

  /** How many events got their sequence. */
  markSealed(batchId: string, records: readonly SealedRecord[]): Promise<number> {
    return this.database.change(MARK_SEALED, [
      batchId,
      records.map(({ id }) => id),
      records.map(({ at }) => at),
      records.map(({ sequence }) => sequence),
    ]);
  }

  async countUnsealed(): Promise<{ count: number; oldestSeconds: number }> {
    const [row] = await this.database.query<{ count: number; oldestSeconds: number }>(COUNT_UNSEALED);
    return row ?? { count: 0, oldestSeconds: 0 };
  }

  /** The smallest sequence that no checkpoint covers, of events that are not of the batches up to `last`. */
  async findStraySequence(last: number): Promise<number | null> {
    return (await this.database.query<{ sequence: number | null }>(FIND_STRAY, [last]))[0]?.sequence ?? null;
  }

  /** First of all in a transaction: what it reads is from one moment, whatever is retired meanwhile. */
  async takeSnapshot(): Promise<void> {
    await this.database.query(TAKE_SNAPSHOT);
    await this.database.query(KEEP_MONTHS);
  }
}

function toBatch({ leaves, month, retirement, ...checkpoint }: BatchRow): SealedBatch {
  const count = Math.floor(leaves.length / HASH_BYTES);
  return {
    checkpoint,
    month,
    retirement,
    leaves: Array.from({ length: count }, (_, n) => leaves.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES)),
  };
}
