import { Injectable } from '@nestjs/common';
import type { AssuranceLevel } from '../../common/access';
import { Database } from '../../infrastructure/database';

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
  readonly refreshTokenHash: Buffer;
  readonly methods: readonly string[];
  readonly acr: AssuranceLevel;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
}

/** What an access token says of its session. */
export interface SessionState {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
  readonly acr: AssuranceLevel;
  readonly authTime: number;
}

const STATE = `id, user_id AS "userId", epoch, methods, acr,
  floor(extract(epoch FROM authenticated_at))::int AS "authTime"`;
const LIVE =
  'ended_at IS NULL AND idle_expires_at > statement_timestamp() AND expires_at > statement_timestamp()';

/** An expired session may still have an access token, which must die with the others. */
const TOKEN_LIFE = `interval '1 hour'`;

const INSERT = {
  name: 'sessions-insert',
  text: `INSERT INTO sessions (id, user_id, epoch, refresh_token_hash, methods, acr, ip, user_agent, idle_expires_at,
           expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, statement_timestamp() + make_interval(secs => $9),
           statement_timestamp() + make_interval(secs => $10))
         RETURNING ${STATE}`,
};
const ROTATE = {
  name: 'sessions-rotate',
  text: `UPDATE sessions SET refresh_token_hash = $3, previous_refresh_token_hash = $2,
           refreshed_at = statement_timestamp(), last_seen_at = statement_timestamp(),
           idle_expires_at = statement_timestamp() + make_interval(secs => $4)
         WHERE id = $1 AND refresh_token_hash = $2 AND ${LIVE}
         RETURNING ${STATE}`,
};
const END_IF_REUSED = {
  name: 'sessions-end-if-reused',
  text: `UPDATE sessions SET ended_at = statement_timestamp(), end_reason = 'refresh_token_reused'
         WHERE id = $1 AND refresh_token_hash <> $2 AND ${LIVE}
         RETURNING id, user_id AS "userId"`,
};
const END = {
  name: 'sessions-end',
  text: `UPDATE sessions SET ended_at = statement_timestamp(), end_reason = $3
         WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND ended_at IS NULL
         RETURNING id, user_id AS "userId"`,
};
const END_ALL = {
  name: 'sessions-end-all',
  text: `UPDATE sessions SET ended_at = statement_timestamp(), end_reason = $3
         WHERE user_id = $1 AND ($2::uuid IS NULL OR id <> $2)
           AND (${LIVE} OR ended_at IS NULL AND refreshed_at > statement_timestamp() - ${TOKEN_LIFE})
         RETURNING id`,
};
const RENEW_EPOCH = {
  name: 'sessions-renew-epoch',
  text: `UPDATE sessions SET epoch = $2 WHERE id = $1 AND ${LIVE}`,
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
    ]);
    if (row === undefined) throw new Error('The session was not inserted');
    return row;
  }

  /** Replaces the leaf `presented` by `successor`. Of any number of racers exactly one gets an answer. */
  async rotate(
    id: string,
    presented: Buffer,
    successor: Buffer,
    idleSeconds: number,
  ): Promise<SessionState | null> {
    return (
      (await this.database.query<SessionState>(ROTATE, [id, presented, successor, idleSeconds]))[0] ?? null
    );
  }

  /** Ends a live session whose leaf is another than `presented`; null when it is dead already. */
  async endIfReused(id: string, presented: Buffer): Promise<{ id: string; userId: string } | null> {
    return (
      (await this.database.query<{ id: string; userId: string }>(END_IF_REUSED, [id, presented]))[0] ?? null
    );
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

  async renewEpoch(id: string, epoch: number): Promise<boolean> {
    return (await this.database.change(RENEW_EPOCH, [id, epoch])) === 1;
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
