import { Injectable } from '@nestjs/common';
import { sealedColumn } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';

export const SEALING_KEY_PURPOSE = sealedColumn({
  purpose: 'audit-sealing-key',
  table: 'audit_sealing_keys',
  id: 'kid',
  ciphertext: 'private_key_ciphertext',
});

export interface StoredSealingKey {
  readonly kid: string;
  /** SPKI in DER. */
  readonly publicKey: Buffer;
  readonly ciphertext: Buffer;
}

const FIND_ALL = {
  name: 'audit-sealing-keys-find-all',
  text: `SELECT kid, public_key AS "publicKey", private_key_ciphertext AS ciphertext
         FROM audit_sealing_keys ORDER BY created_at, kid`,
};
const INSERT = {
  name: 'audit-sealing-keys-insert',
  text: 'INSERT INTO audit_sealing_keys (kid, public_key, private_key_ciphertext) VALUES ($1, $2, $3)',
};

@Injectable()
export class SealingKeysRepository {
  constructor(private readonly database: Database) {}

  /** The oldest first. */
  findAll(): Promise<StoredSealingKey[]> {
    return this.database.query<StoredSealingKey>(FIND_ALL);
  }

  async insert({ kid, publicKey, ciphertext }: StoredSealingKey): Promise<void> {
    await this.database.change(INSERT, [kid, publicKey, ciphertext]);
  }
}
