import type { JsonWebKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';

export interface SigningKeyRow {
  readonly kid: string;
  readonly algorithm: 'ES256' | 'RS256';
  readonly publicJwk: JsonWebKey;
  readonly privateKeyCiphertext: Buffer;
  readonly status: 'next' | 'active' | 'retiring';
}

const FIND_ALL = {
  name: 'signing-keys-find-all',
  text: `SELECT kid, algorithm, public_jwk AS "publicJwk", private_key_ciphertext AS "privateKeyCiphertext", status
         FROM signing_keys WHERE status <> 'revoked' ORDER BY created_at`,
};
const INSERT_ACTIVE = {
  name: 'signing-keys-insert-active',
  text: `INSERT INTO signing_keys (kid, algorithm, public_jwk, private_key_ciphertext, status, activated_at)
         VALUES ($1, $2, $3, $4, 'active', now()) ON CONFLICT DO NOTHING`,
};

@Injectable()
export class SigningKeysRepository {
  constructor(private readonly database: Database) {}

  findAll(): Promise<SigningKeyRow[]> {
    return this.database.query<SigningKeyRow>(FIND_ALL);
  }

  /** Does nothing where a key is active already: of several processes that start first, one key wins. */
  async insertActive(key: Omit<SigningKeyRow, 'status'>): Promise<void> {
    await this.database.change(INSERT_ACTIVE, [
      key.kid,
      key.algorithm,
      JSON.stringify(key.publicJwk),
      key.privateKeyCiphertext,
    ]);
  }
}
