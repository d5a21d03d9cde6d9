import type { EventOutcome, FieldChanges } from '../../common/events';

/** One event as it is appended. Time, transaction and, later, sequence are the database's to give. */
export interface AuditRecord {
  readonly id: string;
  readonly action: string;
  readonly outcome: EventOutcome;
  readonly reason: string | null;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly targetType: string;
  readonly targetId: string | null;
  /** JSON. */
  readonly changes: string | null;
  readonly requestId: string | null;
  readonly sessionId: string | null;
  readonly actorKeyId: string | null;
  readonly actorPersonal: Buffer | null;
  readonly targetKeyId: string | null;
  readonly targetPersonal: Buffer | null;
  readonly ipDigest: Buffer | null;
  readonly typedNameDigest: Buffer | null;
}

/** One event as it is read. */
export interface StoredAuditEvent {
  readonly id: string;
  /** RFC 3339 in UTC with microseconds, which a Date would lose. */
  readonly at: string;
  readonly sequence: string | null;
  readonly action: string;
  readonly outcome: EventOutcome;
  readonly reason: string | null;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly onBehalfOf: string | null;
  readonly targetType: string;
  readonly targetId: string | null;
  readonly changes: FieldChanges | null;
  readonly requestId: string | null;
  readonly sessionId: string | null;
  readonly actorKeyId: string | null;
  readonly actorPersonal: Buffer | null;
  readonly targetKeyId: string | null;
  readonly targetPersonal: Buffer | null;
}
