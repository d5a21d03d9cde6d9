import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';

const ENROLMENT_LIFE_SECONDS = 600;

/** A sealed secret, and the time of the database, by which its codes are judged on every process alike. */
interface SealedSecret {
  readonly sealed: Buffer;
  readonly now: number;
}

const NOW = 'floor(extract(epoch FROM statement_timestamp()))::float8 AS now';

const FIND = {
  name: 'totp-factors-find',
  text: `SELECT secret_ciphertext AS sealed, last_step::int AS "lastStep", ${NOW}
         FROM totp_factors WHERE user_id = $1`,
};
const FIND_CONFIRMED_AT = {
  name: 'totp-factors-find-confirmed-at',
  text: 'SELECT confirmed_at AS "confirmedAt" FROM totp_factors WHERE user_id = $1',
};
const SPEND = {
  name: 'totp-factors-spend',
  text: 'UPDATE totp_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2',
};
const SAVE = {
  name: 'totp-factors-save',
  text: `INSERT INTO totp_factors (user_id, secret_ciphertext, last_step) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET secret_ciphertext = $2, last_step = $3,
           confirmed_at = statement_timestamp()`,
};
const DELETE = {
  name: 'totp-factors-delete',
  text: `WITH abandoned AS (DELETE FROM totp_enrolments WHERE user_id = $1)
         DELETE FROM totp_factors WHERE user_id = $1`,
};
const BEGIN = {
  name: 'totp-enrolments-begin',
  text: `INSERT INTO totp_enrolments (user_id, secret_ciphertext, expires_at)
         VALUES ($1, $2, statement_timestamp() + make_interval(secs => ${ENROLMENT_LIFE_SECONDS}))
         ON CONFLICT (user_id) DO UPDATE SET secret_ciphertext = $2, expires_at = excluded.expires_at`,
};
const FIND_ENROLMENT = {
  name: 'totp-enrolments-find',
  text: `SELECT secret_ciphertext AS sealed, ${NOW} FROM totp_enrolments
         WHERE user_id = $1 AND expires_at > statement_timestamp()`,
};
const TAKE_ENROLMENT = {
  name: 'totp-enrolments-take',
  text: 'DELETE FROM totp_enrolments WHERE user_id = $1 AND secret_ciphertext = $2',
};
/** Enrolments that nobody confirmed. */
export const PURGE_ENROLMENTS = {
  name: 'totp-enrolments-purge',
  text: `DELETE FROM totp_enrolments WHERE user_id IN (
           SELECT user_id FROM totp_enrolments WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)`,
};

@Injectable()
export class TotpFactorsRepository {
  constructor(private readonly database: Database) {}

  async find(userId: string): Promise<(SealedSecret & { readonly lastStep: number }) | null> {
    const rows = await this.database.query<SealedSecret & { lastStep: number }>(FIND, [userId]);
    return rows[0] ?? null;
  }

  async findConfirmedAt(userId: string): Promise<Date | null> {
    const rows = await this.database.query<{ confirmedAt: Date }>(FIND_CONFIRMED_AT, [userId]);
    return rows[0]?.confirmedAt ?? null;
  }

  /** Of any number of racers with a code of `step` exactly one gets true. */
  async spend(userId: string, step: number): Promise<boolean> {
    return (await this.database.change(SPEND, [userId, step])) === 1;
  }

  /** Replaces the factor where there is one. */
  async save(userId: string, sealed: Buffer, lastStep: number): Promise<void> {
    await this.database.change(SAVE, [userId, sealed, lastStep]);
  }

  /** The factor and whatever was to become one. */
  async delete(userId: string): Promise<void> {
    await this.database.change(DELETE, [userId]);
  }

  /** A later enrolment takes the place of an earlier one. */
  async beginEnrolment(userId: string, sealed: Buffer): Promise<void> {
    await this.database.change(BEGIN, [userId, sealed]);
  }

  async findEnrolment(userId: string): Promise<SealedSecret | null> {
    return (await this.database.query<SealedSecret & object>(FIND_ENROLMENT, [userId]))[0] ?? null;
  }

  /** False when it is gone, or another has taken its place. */
  async takeEnrolment(userId: string, sealed: Buffer): Promise<boolean> {
    return (await this.database.change(TAKE_ENROLMENT, [userId, sealed])) === 1;
  }
}
