import { Injectable } from '@nestjs/common';
import type { AssuranceLevel } from '../../common/access';
import { Database, type Statement } from '../../infrastructure/database';
import { LIVE, STATE, UNEXPIRED, type SessionState } from './session-sql';

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
  readonly refreshTokenHash: Buffer;
  readonly methods: readonly string[];
  readonly acr: AssuranceLevel;
  /** Null for now. Nothing was proved in the future, whatever others' clocks say. */
  readonly authTime: number | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
}

/** An expired session may still have an access token, which must die with the others. */
const TOKEN_LIFE = `interval '1 hour'`;
/** How long a dead session can still be looked into; far longer than its access tokens could live. */
const RETENTION = `interval '30 days'`;

const INSERT = {
  name: 'sessions-insert',
  text: `INSERT INTO sessions (id, user_id, epoch, refresh_token_hash, methods, acr, ip, user_agent, idle_expires_at,
           expires_at, authenticated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, statement_timestamp() + make_interval(secs => $9),
           statement_timestamp() + make_interval(secs => $10), least(to_timestamp($11), statement_timestamp()))
         RETURNING ${STATE}`,
};
const END_IF_REUSED = {
  name: 'sessions-end-if-reused',
  text: `UPDATE sessions SET ended_at = statement_timestamp(), end_reason = 'refresh_token_reused',
           successor_ciphertext = NULL
         WHERE id = $1 AND refresh_token_hash <> $2 AND ${LIVE}
         RETURNING user_id AS "userId"`,
};
const END = {
  name: 'sessions-end',
  text: `UPDATE sessions SET ended_at = statement_timestamp(), end_reason = $3, successor_ciphertext = NULL
         WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND ended_at IS NULL
         RETURNING id, user_id AS "userId"`,
};
// In the order of ids, as everything that holds several sessions at a time: two who do cannot deadlock.
const END_ALL = {
  name: 'sessions-end-all',
  text: `WITH doomed AS MATERIALIZED (
           SELECT id AS doomed_id FROM sessions
           WHERE user_id = $1 AND ($2::uuid IS NULL OR id <> $2)
             AND (${UNEXPIRED} OR ended_at IS NULL AND refreshed_at > statement_timestamp() - ${TOKEN_LIFE})
           ORDER BY id FOR NO KEY UPDATE
         )
         UPDATE sessions SET ended_at = statement_timestamp(), end_reason = $3, successor_ciphertext = NULL
         FROM doomed WHERE id = doomed_id AND ended_at IS NULL RETURNING id`,
};
const END_SURPLUS = {
  name: 'sessions-end-surplus',
  text: `WITH surplus AS MATERIALIZED (
           SELECT id AS surplus_id FROM sessions WHERE user_id = $1 AND ${LIVE}
           ORDER BY created_at DESC, id DESC OFFSET $2
         )
         UPDATE sessions SET ended_at = statement_timestamp(), end_reason = $3, successor_ciphertext = NULL
         FROM surplus WHERE id = surplus_id AND ended_at IS NULL RETURNING id`,
};
const COUNT_LIVE = {
  name: 'sessions-count-live',
  text: `SELECT count(*)::int AS count FROM sessions WHERE user_id = $1 AND ${LIVE}`,
};
// A session that somebody else is changing is left out: it will be touched again.
const TOUCH = {
  name: 'sessions-touch',
  text: `WITH seen AS MATERIALIZED (
           SELECT id AS seen_id FROM sessions
           WHERE id = ANY ($1) AND last_seen_at <= statement_timestamp() - interval '1 minute' AND ${LIVE}
           FOR NO KEY UPDATE SKIP LOCKED
         )
         UPDATE sessions SET last_seen_at = statement_timestamp(),
           idle_expires_at = statement_timestamp() + make_interval(secs => $2)
         FROM seen WHERE id = seen_id`,
};
const RENEW_EPOCH = {
  name: 'sessions-renew-epoch',
  text: `UPDATE sessions SET epoch = $2 WHERE id = $1 AND ${UNEXPIRED}`,
};
const STRENGTHEN = {
  name: 'sessions-strengthen',
  text: `UPDATE sessions SET authenticated_at = statement_timestamp(), acr = greatest(acr, $4),
           methods = methods || ARRAY(SELECT unnest($3::text[]) EXCEPT SELECT unnest(methods))
         WHERE id = $1 AND user_id = $2 AND ${LIVE} RETURNING ${STATE}`,
};
const FIND_LIVE_BY_USER = {
  name: 'sessions-find-live-by-user',
  text: `SELECT id, user_id AS "userId", methods, host(ip) AS ip, user_agent AS "userAgent",
           created_at AS "createdAt", last_seen_at AS "lastSeenAt", least(expires_at, idle_expires_at) AS "expiresAt"
         FROM sessions WHERE user_id = $1 AND ${LIVE} AND ($2::uuid IS NULL OR id < $2)
         ORDER BY id DESC LIMIT $3`,
};
const FIND_ENDED_WITHIN = {
  name: 'sessions-find-ended-within',
  text: 'SELECT id FROM sessions WHERE ended_at > now() - make_interval(secs => $1)',
};
const FIND_LIVE = {
  name: 'sessions-find-live',
  text: `SELECT ${STATE} FROM sessions WHERE id = $1 AND ${LIVE}`,
};

/** Only forgets: what it deletes has been dead for long. The index of each branch finds its rows. */
export const PURGE_SESSIONS: Statement = {
  name: 'sessions-purge',
  text: `DELETE FROM sessions WHERE id IN (
           (SELECT id FROM sessions WHERE ended_at < statement_timestamp() - ${RETENTION} LIMIT $1)
           UNION ALL
           (SELECT id FROM sessions WHERE expires_at < statement_timestamp() - ${RETENTION} LIMIT $1)
           LIMIT $1)`,
};
/** A live session as its owner sees it. */
export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly methods: string[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  async insert(session: NewSession): Promise<SessionState> {
    const [row] = await this.database.query<SessionState>(INSERT, [
      session.id,
      session.userId,
      session.epoch,
      session.refreshTokenHash,
      session.methods,
      session.acr,
      session.ip,
      session.userAgent,
      session.idleSeconds,
      session.absoluteSeconds,
      session.authTime,
    ]);
    if (row === undefined) throw new Error('The session was not inserted');
    return row;
  }

  /** Ends a live session whose leaf is another than `presented`, and says whose; null when it is dead already. */
  async endIfReused(id: string, presented: Buffer): Promise<string | null> {
    const rows = await this.database.query<{ userId: string }>(END_IF_REUSED, [id, presented]);
    return rows[0]?.userId ?? null;
  }

  /** Null when there is no such live session, or it is not `ownerId`'s. */
  async end(
    id: string,
    ownerId: string | null,
    reason: string,
  ): Promise<{ id: string; userId: string } | null> {
    return (await this.database.query<{ id: string; userId: string }>(END, [id, ownerId, reason]))[0] ?? null;
  }

  async endAll(userId: string, exceptId: string | null, reason: string): Promise<string[]> {
    return (await this.database.query<{ id: string }>(END_ALL, [userId, exceptId, reason])).map(
      ({ id }) => id,
    );
  }

  /** Ends all of a user's live sessions but for the `count` newest. */
  async endSurplus(userId: string, count: number, reason: string): Promise<string[]> {
    return (await this.database.query<{ id: string }>(END_SURPLUS, [userId, count, reason])).map(
      ({ id }) => id,
    );
  }

  async countLive(userId: string): Promise<number> {
    return (await this.database.query<{ count: number }>(COUNT_LIVE, [userId]))[0]?.count ?? 0;
  }

  /** Notes that the live ones of `ids` were used just now, unless that was noted within the last minute. */
  async touch(ids: readonly string[], idleSeconds: number): Promise<void> {
    await this.database.change(TOUCH, [ids, idleSeconds]);
  }

  async renewEpoch(id: string, epoch: number): Promise<boolean> {
    return (await this.database.change(RENEW_EPOCH, [id, epoch])) === 1;
  }

  /** Null when there is no such live session of the user. */
  async strengthen(
    id: string,
    userId: string,
    methods: readonly string[],
    acr: AssuranceLevel,
  ): Promise<SessionState | null> {
    return (await this.database.query<SessionState>(STRENGTHEN, [id, userId, methods, acr]))[0] ?? null;
  }

  findLiveByUser(userId: string, beforeId: string | null, limit: number): Promise<SessionRow[]> {
    return this.database.query<SessionRow>(FIND_LIVE_BY_USER, [userId, beforeId, limit]);
  }

  async findEndedWithin(seconds: number): Promise<string[]> {
    return (await this.database.query<{ id: string }>(FIND_ENDED_WITHIN, [seconds])).map(({ id }) => id);
  }

  async findLive(id: string): Promise<SessionState | null> {
    return (await this.database.query<SessionState>(FIND_LIVE, [id]))[0] ?? null;
  }
}
