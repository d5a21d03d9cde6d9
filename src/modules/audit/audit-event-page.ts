import type { EventOutcome } from '../../common/events';
import type { Statement } from '../../infrastructure/database';

export interface AuditEventFilters {
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: EventOutcome | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly requestId?: string | undefined;
  /** The digests that one address may have in the months in question. */
  readonly ipDigests?: readonly Buffer[] | undefined;
}

/** The last event of a page; the next page goes on behind it. */
export interface PagePosition {
  readonly at: string;
  readonly id: string;
}

/** The columns of a StoredAuditEvent. */
export const AUDIT_EVENT_FIELDS = `id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, sequence,
  action, outcome, reason, actor_type AS "actorType", actor_id AS "actorId", on_behalf_of AS "onBehalfOf",
  target_type AS "targetType", target_id AS "targetId", changes, request_id AS "requestId",
  session_id AS "sessionId", actor_key_id AS "actorKeyId", actor_personal AS "actorPersonal",
  target_key_id AS "targetKeyId", target_personal AS "targetPersonal"`;

const COMPARISONS = [
  ['actor', 'actor_id = $::uuid'],
  ['target', 'target_id = $::text'],
  ['action', 'action = $::text'],
  ['from', 'at >= $::timestamptz'],
  ['to', 'at < $::timestamptz'],
  ['requestId', 'request_id = $::uuid'],
  ['ipDigests', 'ip_digest = ANY ($::bytea[])'],
] as const;

/**
 * One page by keyset. The statement is unnamed, so that PostgreSQL plans it for these very values: a plan kept for
 * any action would pass over millions of frequent events to find a rare one.
 */
export function pageStatement(
  filters: AuditEventFilters,
  after: PagePosition | null,
  limit: number,
): { statement: Statement; values: readonly unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  for (const [filter, comparison] of COMPARISONS) {
    const value = filters[filter];
    if (value !== undefined) conditions.push(comparison.replace('$', () => parameter(value)));
  }
  // Written out, as the predicate of the partial index of refusals is.
  if (filters.outcome !== undefined) conditions.push(`outcome = '${filters.outcome}'`);
  if (after !== null) {
    const at = parameter(after.at);
    // The first half is implied by the second; only it lets PostgreSQL leave out later months.
    conditions.push(
      `at <= ${at}::timestamptz AND (at, id) < (${at}::timestamptz, ${parameter(after.id)}::uuid)`,
    );
  }
  const text = `SELECT ${AUDIT_EVENT_FIELDS} FROM audit_events
    ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
    ORDER BY audit_events.at DESC, id DESC LIMIT ${parameter(limit)}`;
  return { statement: { name: '', text }, values };
}
