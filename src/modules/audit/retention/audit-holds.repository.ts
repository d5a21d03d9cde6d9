import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';

export interface AuditHold {
  readonly id: string;
  /** Null for everybody. */
  readonly subjectId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string;
}

/** A hold that is not released. Times are in milliseconds since the epoch, null where there is no bound. */
export interface ActiveHold {
  readonly id: string;
  readonly subjectId: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

const INSERT = {
  name: 'audit-holds-insert',
  text: `INSERT INTO audit_holds (id, subject_id, valid_from, valid_to, reason) VALUES ($1, $2, $3, $4, $5)`,
};
const RELEASE = {
  name: 'audit-holds-release',
  text: 'UPDATE audit_holds SET released_at = now() WHERE id = $1 AND released_at IS NULL',
};
// Whoever places a hold while something is erased or retired waits for the lock, and then finds nothing to hold.
const LOCK = { name: 'audit-holds-lock', text: 'SELECT pg_advisory_xact_lock(7240117)' };
const IS_HELD = {
  name: 'audit-holds-is-held',
  text: `SELECT 1 FROM audit_holds WHERE released_at IS NULL AND (subject_id IS NULL OR subject_id = $1) LIMIT 1`,
};
const FIND_ACTIVE = {
  name: 'audit-holds-find-active',
  text: `SELECT id, subject_id AS "subjectId", floor(extract(epoch FROM valid_from) * 1000)::float8 AS "fromMs",
           ceil(extract(epoch FROM valid_to) * 1000)::float8 AS "toMs"
         FROM audit_holds WHERE released_at IS NULL ORDER BY id`,
};

@Injectable()
export class AuditHoldsRepository {
  constructor(private readonly database: Database) {}

  async insert({ id, subjectId, from, to, reason }: AuditHold): Promise<void> {
    await this.database.query(LOCK);
    await this.database.change(INSERT, [id, subjectId, from, to, reason]);
  }

  async release(id: string): Promise<boolean> {
    return (await this.database.change(RELEASE, [id])) === 1;
  }

  /** Until the transaction ends the answer stays true. */
  async isHeld(subjectId: string): Promise<boolean> {
    await this.database.query(LOCK);
    return (await this.database.query(IS_HELD, [subjectId])).length > 0;
  }

  findActive(): Promise<ActiveHold[]> {
    return this.database.query<ActiveHold>(FIND_ACTIVE);
  }

  /** Until the transaction ends there are no others. */
  async lockActive(): Promise<ActiveHold[]> {
    await this.database.query(LOCK);
    return this.findActive();
  }
}
