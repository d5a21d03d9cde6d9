import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';

/**
 * NIST SP 800-63B-4 §3.2.2 wants no more than this many failures in a row. Past it one attempt a day is left: as long
 * as there is no recovery by mail, an account shut for good could be lost to whoever guesses at it.
 */
const HARD_CAP = 100;
const PAST_CAP_INTERVAL = `interval '1 day'`;

/** Where attempts come from: guesses from outside must not keep the owner of a live session from proving himself. */
export type SourceClass = 'unknown' | 'own_session';

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
           AND (a.consecutive_failures < ${HARD_CAP} OR a.updated_at < statement_timestamp() - ${PAST_CAP_INTERVAL})
         RETURNING locked_until IS NOT NULL AS "isLast"`,
};
const GIVE_BACK = {
  name: 'sign-in-attempts-give-back',
  text: `UPDATE sign_in_attempts SET failures = greatest(failures - 1, 0),
           consecutive_failures = greatest(consecutive_failures - 1, 0),
           locked_until = CASE WHEN failures - 1 >= $3 THEN locked_until END
         WHERE subject_key = $1 AND source_class = $2`,
};
const CLEAR = { name: 'sign-in-attempts-clear', text: 'DELETE FROM sign_in_attempts WHERE subject_key = $1' };
const PURGE = {
  name: 'sign-in-attempts-purge',
  text: `DELETE FROM sign_in_attempts
         WHERE updated_at < now() - interval '1 day' AND consecutive_failures < ${HARD_CAP}`,
};

/** Failed sign-ins, counted before they fail: a guess that was not counted first could be made any number of times. */
@Injectable()
export class SignInAttemptsRepository {
  constructor(private readonly database: Database) {}

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

  /** Takes back an attempt that was counted and never made. */
  async giveBack(subjectKey: Buffer, source: SourceClass, limit: number): Promise<void> {
    await this.database.change(GIVE_BACK, [subjectKey, source, limit]);
  }

  async clear(subjectKey: Buffer): Promise<void> {
    await this.database.change(CLEAR, [subjectKey]);
  }

  async purge(): Promise<void> {
    await this.database.change(PURGE);
  }
}
