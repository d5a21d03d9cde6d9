import { Injectable } from '@nestjs/common';
import { Database, type BulkStatement } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';

/**
 * NIST SP 800-63B-4 §3.2.2 wants no more than this many failures in a row. Past it the class stays shut until success
 * in another class, recovery by mail or an administrator clears the account.
 */
const HARD_CAP = 100;
/** An attempt that was reserved longer ago than this has most likely been decided. */
const DECIDED_AFTER = `interval '2 seconds'`;
/** What few failures left is soon forgotten, or made-up names would pile up; a patient guesser's count is kept. */
const FORGOTTEN = `consecutive_failures < ${HARD_CAP} AND updated_at < statement_timestamp()
  - CASE WHEN consecutive_failures < 10 THEN interval '1 day' ELSE interval '90 days' END`;

/**
 * Where attempts come from, each class with a counter of its own: guesses from outside must not keep the owner from
 * signing in where he did before, nor from proving himself in a live session.
 */
export type SourceClass = 'unknown' | 'own_session' | `device:${string}`;

export interface Reservation {
  /** Whether this failure, if it is one, is the one that locks. */
  readonly isLast: boolean;
}

const RESERVE = {
  name: 'sign-in-attempts-reserve',
  text: `INSERT INTO sign_in_attempts AS a (subject_key, source_class, failures, consecutive_failures, locked_until)
         VALUES ($1, $4, 1, 1,
           CASE WHEN $2 <= 1 THEN statement_timestamp() + make_interval(secs => $3) END)
         ON CONFLICT (subject_key, source_class) DO UPDATE SET
           failures = CASE WHEN a.locked_until IS NULL THEN a.failures + 1 ELSE 1 END,
           consecutive_failures = a.consecutive_failures + 1,
           locked_until = CASE WHEN CASE WHEN a.locked_until IS NULL THEN a.failures + 1 ELSE 1 END >= $2
             THEN statement_timestamp() + make_interval(secs => $3) END,
           updated_at = statement_timestamp()
         WHERE (a.locked_until IS NULL OR a.locked_until <= statement_timestamp())
           AND a.consecutive_failures < ${HARD_CAP}
         RETURNING locked_until IS NOT NULL AS "isLast"`,
};
const GIVE_BACK = {
  name: 'sign-in-attempts-give-back',
  text: `UPDATE sign_in_attempts SET failures = greatest(failures - 1, 0),
           consecutive_failures = greatest(consecutive_failures - 1, 0),
           locked_until = CASE WHEN failures - 1 >= $3 THEN locked_until END
         WHERE subject_key = $1 AND source_class = $2`,
};
const CLEAR: BulkStatement<Buffer> = {
  name: 'sign-in-attempts-clear',
  text: 'DELETE FROM sign_in_attempts WHERE subject_key = ANY ($1::bytea[])',
  valuesOf: (subjectKeys) => [subjectKeys],
};
const IS_DECIDED = {
  name: 'sign-in-attempts-is-decided',
  text: `SELECT updated_at <= statement_timestamp() - ${DECIDED_AFTER} AS decided FROM sign_in_attempts
         WHERE subject_key = $1 AND source_class = $2`,
};
// The condition stands twice: a row may be counted on between the two looks at it.
const PURGE = {
  name: 'sign-in-attempts-purge',
  text: `DELETE FROM sign_in_attempts WHERE ${FORGOTTEN} AND (subject_key, source_class) IN (
           SELECT subject_key, source_class FROM sign_in_attempts
           WHERE updated_at < statement_timestamp() - interval '1 day' AND ${FORGOTTEN} LIMIT $1)`,
};

/** Failed sign-ins, counted before they fail: a guess that was not counted first could be made any number of times. */
@Injectable()
export class SignInAttemptsRepository {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  /** Counts an attempt as failed. Null when the subject is locked: then nothing was counted. */
  async reserve(
    subjectKey: Buffer,
    source: SourceClass,
    limit: number,
    lockoutSeconds: number,
  ): Promise<Reservation | null> {
    const values = [subjectKey, limit, lockoutSeconds, source];
    return (await this.database.query<Reservation & object>(RESERVE, values))[0] ?? null;
  }

  /** Whether no attempt that was reserved just now may still turn out right and clear what the subject is locked by. */
  async isDecided(subjectKey: Buffer, source: SourceClass): Promise<boolean> {
    const [row] = await this.database.query<{ decided: boolean }>(IS_DECIDED, [subjectKey, source]);
    return row?.decided === true;
  }

  /** Takes back an attempt that was counted and never made. */
  async giveBack(subjectKey: Buffer, source: SourceClass, limit: number): Promise<void> {
    await this.database.change(GIVE_BACK, [subjectKey, source, limit]);
  }

  /** As the last thing of the caller's transaction, if there is one. */
  clear(subjectKey: Buffer): Promise<void> {
    return this.database.beforeCommit(CLEAR, subjectKey);
  }
}
