import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import { LIVE, STATE, type SessionState } from './session-sql';

/** A leaf that somebody presents, and what is to replace it. */
export interface Rotation {
  readonly sessionId: string;
  readonly presentedHash: Buffer;
  readonly successorHash: Buffer;
  /** Readable by the presented token only; null where there is no grace. */
  readonly sealedSuccessor: Buffer | null;
}

// Rows that another transaction holds are left out, so that nobody in the batch waits for a stranger's commit and no
// two batches can deadlock. Of several that present one leaf, PostgreSQL updates with one and returns its position.
const ROTATE_ALL = {
  name: 'sessions-rotate-all',
  text: `WITH held AS MATERIALIZED (
           SELECT presented.* FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[]) WITH ORDINALITY
             AS presented (session_id, presented_hash, successor_hash, sealed_successor, position)
           JOIN sessions ON id = session_id
           FOR NO KEY UPDATE OF sessions SKIP LOCKED
         )
         UPDATE sessions SET refresh_token_hash = successor_hash, successor_ciphertext = sealed_successor,
           previous_refresh_token_hash = CASE WHEN sealed_successor IS NOT NULL THEN presented_hash END,
           refreshed_at = statement_timestamp(), last_seen_at = statement_timestamp(),
           idle_expires_at = statement_timestamp() + make_interval(secs => $5)
         FROM held
         WHERE id = session_id AND refresh_token_hash = presented_hash AND ${LIVE}
         RETURNING position::int, ${STATE}`,
};
const HOLD = { name: 'sessions-hold', text: 'SELECT 1 FROM sessions WHERE id = $1 FOR NO KEY UPDATE' };
const FIND_SUCCESSOR = {
  name: 'sessions-find-successor',
  text: `SELECT successor_ciphertext AS "sealedSuccessor", ${STATE} FROM sessions
         WHERE id = $1 AND previous_refresh_token_hash = $2 AND successor_ciphertext IS NOT NULL
           AND refreshed_at > statement_timestamp() - make_interval(secs => $3) AND ${LIVE}`,
};
const ERASE_SUCCESSORS = {
  name: 'sessions-erase-successors',
  text: `WITH due AS MATERIALIZED (
           SELECT id AS due_id FROM sessions
           WHERE id = ANY ($1) AND successor_ciphertext IS NOT NULL
             AND refreshed_at <= statement_timestamp() - make_interval(secs => $2)
           FOR NO KEY UPDATE SKIP LOCKED
         )
         UPDATE sessions SET successor_ciphertext = NULL, previous_refresh_token_hash = NULL
         FROM due WHERE id = due_id`,
};
/** Successors whose process died before it could erase them. */
export const PURGE_SUCCESSORS = {
  name: 'sessions-purge-successors',
  text: `UPDATE sessions SET successor_ciphertext = NULL, previous_refresh_token_hash = NULL WHERE id IN (
           SELECT id FROM sessions WHERE successor_ciphertext IS NOT NULL
             AND refreshed_at < statement_timestamp() - interval '1 minute' LIMIT $1)`,
};

@Injectable()
export class RefreshTokensRepository {
  constructor(private readonly database: Database) {}

  /** The sessions whose leaf was replaced, and null for the others, in the order of `rotations`. */
  async rotateAll(
    rotations: readonly Rotation[],
    idleSeconds: number,
  ): Promise<readonly (SessionState | null)[]> {
    const rows = await this.database.query<SessionState & { position: number }>(ROTATE_ALL, [
      rotations.map(({ sessionId }) => sessionId),
      rotations.map(({ presentedHash }) => presentedHash),
      rotations.map(({ successorHash }) => successorHash),
      rotations.map(({ sealedSuccessor }) => sealedSuccessor),
      idleSeconds,
    ]);
    const won = new Map(rows.map((row) => [row.position, row]));
    return rotations.map((_, index) => won.get(index + 1) ?? null);
  }

  /** Waits until the session is this transaction's alone; what it asks next sees what others did before. */
  async hold(id: string): Promise<void> {
    await this.database.query(HOLD, [id]);
  }

  /** What the spent token `spentHash` was exchanged for, within the last `graceSeconds`, if nobody has used it. */
  async findSuccessor(
    id: string,
    spentHash: Buffer,
    graceSeconds: number,
  ): Promise<(SessionState & { readonly sealedSuccessor: Buffer }) | null> {
    const rows = await this.database.query<SessionState & { readonly sealedSuccessor: Buffer }>(
      FIND_SUCCESSOR,
      [id, spentHash, graceSeconds],
    );
    return rows[0] ?? null;
  }

  /** Forgets the sealed successors of those of `ids` whose grace has ended. */
  async eraseSuccessors(ids: readonly string[], graceSeconds: number): Promise<void> {
    await this.database.change(ERASE_SUCCESSORS, [ids, graceSeconds]);
  }
}
