import type { JsonWebKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sealedColumn } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import type { SigningAlgorithm } from './signing-key';

export const SIGNING_KEY_PURPOSE = sealedColumn({
  purpose: 'signing-key',
  table: 'signing_keys',
  id: 'kid',
  ciphertext: 'private_key_ciphertext',
});

export type SigningKeyStatus = 'next' | 'active' | 'retiring' | 'revoked';

export interface SigningKeyRow {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: JsonWebKey;
  readonly privateKeyCiphertext: Buffer;
  readonly status: SigningKeyStatus;
  /** By the clock of the database. */
  readonly secondsInStatus: number;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
}

export type NewSigningKey = Pick<
  SigningKeyRow,
  'kid' | 'algorithm' | 'publicJwk' | 'privateKeyCiphertext' | 'status'
>;

const LOCK = { name: 'signing-keys-lock', text: 'LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE' };
const FIND_ALL = {
  name: 'signing-keys-find-all',
  text: `SELECT kid, algorithm, public_jwk AS "publicJwk", private_key_ciphertext AS "privateKeyCiphertext", status,
           extract(epoch FROM statement_timestamp() - coalesce(retired_at, activated_at, created_at))::float8
             AS "secondsInStatus",
           created_at AS "createdAt", activated_at AS "activatedAt", retired_at AS "retiredAt"
         FROM signing_keys ORDER BY created_at, kid`,
};
const INSERT = {
  name: 'signing-keys-insert',
  text: `INSERT INTO signing_keys (kid, algorithm, public_jwk, private_key_ciphertext, status, created_at, activated_at)
         VALUES ($1, $2, $3, $4, $5, statement_timestamp(), CASE WHEN $5 = 'active' THEN statement_timestamp() END)`,
};
const SET_STATUS = {
  name: 'signing-keys-set-status',
  text: `UPDATE signing_keys SET status = $2,
           activated_at = CASE WHEN $2 = 'active' THEN statement_timestamp() ELSE activated_at END,
           retired_at = CASE WHEN $2 <> 'active' THEN statement_timestamp() END
         WHERE kid = $1`,
};
const DELETE = { name: 'signing-keys-delete', text: 'DELETE FROM signing_keys WHERE kid = $1' };

@Injectable()
export class SigningKeysRepository {
  constructor(private readonly database: Database) {}

  /** Until the transaction ends nobody else changes the ring; reading it goes on. */
  async lock(): Promise<void> {
    await this.database.query(LOCK);
  }

  /** In the order of their making, the revoked ones included. */
  findAll(): Promise<SigningKeyRow[]> {
    return this.database.query<SigningKeyRow>(FIND_ALL);
  }

  async insert({ kid, algorithm, publicJwk, privateKeyCiphertext, status }: NewSigningKey): Promise<void> {
    const values = [kid, algorithm, JSON.stringify(publicJwk), privateKeyCiphertext, status];
    await this.database.change(INSERT, values);
  }

  async setStatus(kid: string, status: Exclude<SigningKeyStatus, 'next'>): Promise<void> {
    await this.database.change(SET_STATUS, [kid, status]);
  }

  /** Refused by the database while a token of the key may be alive. */
  async delete(kid: string): Promise<void> {
    await this.database.change(DELETE, [kid]);
  }
}
