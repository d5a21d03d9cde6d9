import { Injectable } from '@nestjs/common';
import { Database, type BulkStatement, type Statement } from '../../infrastructure/database';
import {
  AUDIT_EVENT_FIELDS,
  pageStatement,
  type AuditEventFilters,
  type PagePosition,
} from './audit-event-page';
import type { AuditRecord, StoredAuditEvent } from './audit-record';
import { SEALED_RECORD_FIELDS, type SealedRecord } from './sealing/sealed-record';

/** Column, type, and the value that goes there. */
const COLUMNS: readonly (readonly [name: string, type: string, value: keyof AuditRecord])[] = [
  ['id', 'uuid', 'id'],
  ['action', 'text', 'action'],
  ['outcome', 'text', 'outcome'],
  ['reason', 'text', 'reason'],
  ['actor_type', 'text', 'actorType'],
  ['actor_id', 'uuid', 'actorId'],
  ['target_type', 'text', 'targetType'],
  ['target_id', 'text', 'targetId'],
  ['changes', 'jsonb', 'changes'],
  ['request_id', 'uuid', 'requestId'],
  ['session_id', 'uuid', 'sessionId'],
  ['actor_key_id', 'uuid', 'actorKeyId'],
  ['actor_personal', 'bytea', 'actorPersonal'],
  ['target_key_id', 'uuid', 'targetKeyId'],
  ['target_personal', 'bytea', 'targetPersonal'],
  ['ip_digest', 'bytea', 'ipDigest'],
  ['typed_name_digest', 'bytea', 'typedNameDigest'],
];
const INTO = `INSERT INTO audit_events (${COLUMNS.map(([name]) => name).join(', ')})`;

export const INSERT_AUDIT_EVENTS: BulkStatement<AuditRecord> = {
  name: 'audit-events-insert-all',
  text: `${INTO} SELECT * FROM unnest(${COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})`,
  valuesOf: (records) => COLUMNS.map(([, , value]) => records.map((record) => record[value])),
};
// An id holds the time at which it was made. A day on both sides forgives any clock and keeps to two months.
const FROM_ONE = `FROM audit_events
  WHERE id = $1 AND audit_events.at BETWEEN to_timestamp($2::double precision / 1000) - interval '1 day'
    AND to_timestamp($2::double precision / 1000) + interval '1 day'`;
const FIND: Statement = { name: 'audit-events-find', text: `SELECT ${AUDIT_EVENT_FIELDS} ${FROM_ONE}` };
const FIND_RECORD: Statement = {
  name: 'audit-events-find-record',
  text: `SELECT ${SEALED_RECORD_FIELDS} ${FROM_ONE}`,
};

type MaybeSealedRecord = Omit<SealedRecord, 'batchId'> & { readonly batchId: string | null };

@Injectable()
export class AuditEventsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first, from `after` on. */
  findPage(
    filters: AuditEventFilters,
    after: PagePosition | null,
    limit: number,
  ): Promise<StoredAuditEvent[]> {
    const { statement, values } = pageStatement(filters, after, limit);
    return this.database.query<StoredAuditEvent>(statement, values);
  }

  async findById(id: string): Promise<StoredAuditEvent | null> {
    return (await this.database.query<StoredAuditEvent>(FIND, [id, millisecondsIn(id)]))[0] ?? null;
  }

  /** The event as the chain covers it; without a batch it is not sealed yet. */
  async findRecordById(id: string): Promise<MaybeSealedRecord | null> {
    return (await this.database.query<MaybeSealedRecord>(FIND_RECORD, [id, millisecondsIn(id)]))[0] ?? null;
  }
}

/** The leading 48 bits of a UUIDv7 (RFC 9562 §5.7). */
function millisecondsIn(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
