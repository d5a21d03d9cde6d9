import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';

/** NIST SP 800-63B-4 §3.2.2: past this many failures in a row, time alone opens the account no more. */
const HARD_CAP = 100;

const RESERVE = {
  name: 'sign-in-attempts-reserve',
  text: `INSERT INTO sign_in_attempts AS a (subject_key, source_class, failures, consecutive_failures, locked_until)
         VALUES ($1, 'unknown', 1, 1,
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

  /** Counts an attempt as failed. False when the subject is locked: then nothing was counted. */
  async reserve(subjectKey: Buffer, limit: number, lockoutSeconds: number): Promise<boolean> {
    return (await this.database.query(RESERVE, [subjectKey, limit, lockoutSeconds])).length === 1;
  }

  async clear(subjectKey: Buffer): Promise<void> {
    await this.database.change(CLEAR, [subjectKey]);
  }

  async purge(): Promise<void> {
    await this.database.change(PURGE);
  }
}
