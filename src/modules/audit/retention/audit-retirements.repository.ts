import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import type { Retirement } from '../sealing/retirement';
import type { SealedRecord } from '../sealing/sealed-record';

export interface RetirementOfBatch {
  /** Of the batch. */
  readonly number: number;
  readonly retirement: Retirement;
}

const NOW = {
  name: 'audit-retirements-now',
  text: 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS "nowMs"',
};
const FIND_ENDED_MONTHS = {
  name: 'audit-retirements-find-ended-months',
  text: `SELECT first::text AS month
         FROM (SELECT to_date(right(relname, 7), 'YYYY_MM') AS first
               FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
               WHERE inhparent = 'audit_events'::regclass AND relname ~ '^audit_events_[0-9]{4}_[0-9]{2}$') AS months,
           LATERAL (SELECT first::timestamp AT TIME ZONE 'UTC' AS begins,
                      (first + interval '1 month') AT TIME ZONE 'UTC' AS ends) AS bounds
         WHERE ends <= $1
           AND NOT EXISTS (SELECT FROM audit_events WHERE sequence IS NULL AND at >= begins AND at < ends)
         ORDER BY first`,
};
const FIND_SPAN = {
  name: 'audit-retirements-find-span',
  text: `SELECT min(number)::float8 AS first, max(number)::float8 AS last FROM audit_batches WHERE month = $1`,
};
const SAVE = {
  name: 'audit-retirements-save',
  text: `INSERT INTO audit_retirements (number, checkpoint, retired, retired_at, kid, signature)
         SELECT number, decode(checkpoint, 'hex'), decode(retired, 'hex'), retired_at, kid, decode(signature, 'hex')
         FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
           AS signed (number, checkpoint, retired, retired_at, kid, signature)
         ON CONFLICT (number) DO UPDATE SET checkpoint = excluded.checkpoint, retired = excluded.retired,
           retired_at = excluded.retired_at, kid = excluded.kid, signature = excluded.signature`,
};
const FIND_BATCHES_WITH = {
  name: 'audit-retirements-find-batches-with',
  text: `SELECT DISTINCT audit_batches.number::float8 AS number, month::text AS month
         FROM unnest($1::text[], $2::timestamptz[]) AS over (action, before)
           JOIN audit_events ON audit_events.action = over.action AND audit_events.at < over.before
           JOIN audit_batches ON audit_batches.id = audit_events.batch_id
         ORDER BY number`,
};
const DELETE_EVENTS = {
  name: 'audit-retirements-delete-events',
  text: `DELETE FROM audit_events WHERE sequence = ANY ($1::bigint[])
           AND at >= $2::date::timestamp AT TIME ZONE 'UTC'
           AND at < ($2::date + interval '1 month') AT TIME ZONE 'UTC'`,
};
const DETACH_MONTH = { name: 'audit-retirements-detach-month', text: 'SELECT audit_detach_month($1, $2)' };

/** Takes events out of the trail: for the owner of the schema alone, the running service has no right to it. */
@Injectable()
export class AuditRetirementsRepository {
  constructor(private readonly database: Database) {}

  /** The time of PostgreSQL, in milliseconds since the epoch. */
  async nowMs(): Promise<number> {
    const [row] = await this.database.query<{ nowMs: number }>(NOW);
    return row?.nowMs ?? 0;
  }

  /** The months (`2026-11-01`) that had ended by then and hold nothing unsealed, the oldest first. */
  async findEndedMonths(by: Date): Promise<string[]> {
    return (await this.database.query<{ month: string }>(FIND_ENDED_MONTHS, [by])).map(({ month }) => month);
  }

  /** The numbers of the first and the last batch of a month; null where there is none. */
  async findSpan(month: string): Promise<{ first: number; last: number } | null> {
    const [row] = await this.database.query<{ first: number | null; last: number | null }>(FIND_SPAN, [
      month,
    ]);
    const { first = null, last = null } = row ?? {};
    return first === null || last === null ? null : { first, last };
  }

  /** Each in place of the one before of its batch. */
  async save(retirements: readonly RetirementOfBatch[]): Promise<void> {
    const column = (name: keyof Retirement) => retirements.map(({ retirement }) => retirement[name]);
    await this.database.change(SAVE, [
      retirements.map(({ number }) => number),
      ...(['checkpoint', 'retired', 'retiredAt', 'kid', 'signature'] as const).map(column),
    ]);
  }

  /** The batches that hold an event of one of the actions from before its moment. */
  findBatchesWith(
    over: readonly { readonly action: string; readonly before: Date }[],
  ): Promise<{ number: number; month: string }[]> {
    const [actions, moments] = [over.map(({ action }) => action), over.map(({ before }) => before)];
    return this.database.query<{ number: number; month: string }>(FIND_BATCHES_WITH, [actions, moments]);
  }

  /**
   * Those of one month, once a saved retirement names them.
   *
   * @throws Error where they were not all there.
   */
  async deleteEvents(events: readonly SealedRecord[], month: string): Promise<void> {
    const sequences = events.map(({ sequence }) => sequence);
    const deleted = await this.database.change(DELETE_EVENTS, [sequences, month]);
    if (deleted !== sequences.length) throw new Error(`Of ${sequences.length} events ${deleted} were there`);
  }

  /** @throws Error where the month does not hold exactly so many events. */
  async detachMonth(month: string, events: number): Promise<void> {
    await this.database.query(DETACH_MONTH, [month, events]);
  }
}
