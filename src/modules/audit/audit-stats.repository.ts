import { Injectable } from '@nestjs/common';
import type { EventName } from '../../common/events';
import { Database } from '../../infrastructure/database';

const SIGN_INS: readonly EventName[] = ['session.started', 'session.refused', 'sign_in.failed'];

/**
 * Both parts read only their own events of the time in question, by index. Of each source its last event comes along,
 * so that its address can be shown: the digest by which sources are told apart does not give it back.
 */
const COUNT = {
  name: 'audit-events-count',
  text: `WITH sign_ins AS (
      SELECT to_char(date_trunc('hour', at AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS hour,
        coalesce(changes #>> '{method,after}', 'unknown') AS method,
        CASE outcome WHEN 'success' THEN 'success' ELSE coalesce(reason, outcome) END AS outcome, count(*) AS count
      FROM audit_events
      WHERE action = ANY ('{${SIGN_INS.join(',')}}') AND at >= $1::timestamptz AND at < $2::timestamptz
      GROUP BY 1, 2, 3
    ), sources AS (
      SELECT ip_digest, count(*) AS count, max(id::text)::uuid AS id
      FROM audit_events
      WHERE outcome IN ('failure', 'denied') AND at >= $1::timestamptz AND at < $2::timestamptz
        AND ip_digest IS NOT NULL
      GROUP BY ip_digest ORDER BY count(*) DESC, max(id::text) DESC LIMIT $3
    ), shown AS (
      SELECT s.count, e.id, e.actor_key_id AS "keyId", encode(e.actor_personal, 'hex') AS personal
      FROM sources s JOIN audit_events e
        ON e.id = s.id AND e.at >= $1::timestamptz AND e.at < $2::timestamptz
    )
    SELECT (SELECT coalesce(json_agg(s ORDER BY hour, method, outcome), '[]') FROM sign_ins s) AS "signIns",
      (SELECT coalesce(json_agg(s ORDER BY count DESC), '[]') FROM shown s) AS sources`,
};

export interface AuditCounts {
  readonly signIns: readonly {
    readonly hour: string;
    readonly method: string;
    readonly outcome: string;
    readonly count: number;
  }[];
  /** Most refusals first. The same address has another digest in another month. */
  readonly sources: readonly {
    readonly count: number;
    /** Of the last event from there. */
    readonly id: string;
    readonly keyId: string | null;
    /** Hexadecimal. */
    readonly personal: string | null;
  }[];
}

@Injectable()
export class AuditStatsRepository {
  constructor(private readonly database: Database) {}

  async count(from: string, to: string, maxSources: number): Promise<AuditCounts> {
    const [counts] = await this.database.query<AuditCounts>(COUNT, [from, to, maxSources]);
    return counts ?? { signIns: [], sources: [] };
  }
}
