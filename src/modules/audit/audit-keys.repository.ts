import { Injectable } from '@nestjs/common';
import { sealedColumn } from '../../infrastructure/crypto';
import { Database, type BulkStatement, type Statement } from '../../infrastructure/database';

export const AUDIT_KEY_PURPOSE = sealedColumn({
  purpose: 'audit-key',
  table: 'audit_keys',
  id: 'id',
  ciphertext: 'key_ciphertext',
});

/** A data key is a person's, or, where no person is known, that of a month (`2026-11-01`). */
export interface AuditKeyOwner {
  readonly kind: 'subject' | 'month';
  readonly value: string;
}

export interface StoredAuditKey {
  readonly id: string;
  readonly ciphertext: Buffer;
}

const KEY = 'id, key_ciphertext AS ciphertext';

const FIND_BY_IDS = {
  name: 'audit-keys-find-by-ids',
  text: `SELECT ${KEY} FROM audit_keys WHERE id = ANY($1::uuid[])`,
};

export const DELETE_AUDIT_KEYS: BulkStatement<string> = {
  name: 'audit-keys-delete-of-subjects',
  text: 'DELETE FROM audit_keys WHERE subject_id = ANY ($1::uuid[])',
  valuesOf: (subjectIds) => [subjectIds],
};

const STATEMENTS = { subject: statementsFor('subject_id'), month: statementsFor('month') };

function statementsFor(column: 'subject_id' | 'month'): Readonly<Record<'find' | 'insert', Statement>> {
  return {
    find: {
      name: `audit-keys-find-by-${column}`,
      text: `SELECT ${KEY} FROM audit_keys WHERE ${column} = $1`,
    },
    insert: {
      name: `audit-keys-insert-for-${column}`,
      text: `INSERT INTO audit_keys (${column}, id, key_ciphertext) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING RETURNING ${KEY}`,
    },
  };
}

@Injectable()
export class AuditKeysRepository {
  constructor(private readonly database: Database) {}

  async findByOwner({ kind, value }: AuditKeyOwner): Promise<StoredAuditKey | null> {
    return (await this.database.query<StoredAuditKey>(STATEMENTS[kind].find, [value]))[0] ?? null;
  }

  findByIds(ids: readonly string[]): Promise<StoredAuditKey[]> {
    return this.database.query<StoredAuditKey>(FIND_BY_IDS, [ids]);
  }

  /** The key of the owner once there is one: the given one, or that of whoever came first. */
  async insertOrFind(owner: AuditKeyOwner, key: StoredAuditKey): Promise<StoredAuditKey> {
    const values = [owner.value, key.id, key.ciphertext];
    const [inserted] = await this.database.query<StoredAuditKey>(STATEMENTS[owner.kind].insert, values);
    const stored = inserted ?? (await this.findByOwner(owner));
    if (stored === null) throw new Error('The audit key was erased while it was being made');
    return stored;
  }
}
