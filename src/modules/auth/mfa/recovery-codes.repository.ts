import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';

const EXISTS = {
  name: 'recovery-codes-exists',
  text: 'SELECT 1 FROM recovery_codes WHERE user_id = $1 AND code_hash = $2',
};
const SPEND = {
  name: 'recovery-codes-spend',
  text: 'DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2',
};
const COUNT = {
  name: 'recovery-codes-count',
  text: 'SELECT count(*)::int AS count FROM recovery_codes WHERE user_id = $1',
};
const DELETE = { name: 'recovery-codes-delete', text: 'DELETE FROM recovery_codes WHERE user_id = $1' };
const INSERT = {
  name: 'recovery-codes-insert',
  text: 'INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])',
};

@Injectable()
export class RecoveryCodesRepository {
  constructor(private readonly database: Database) {}

  async exists(userId: string, hash: Buffer): Promise<boolean> {
    return (await this.database.query(EXISTS, [userId, hash])).length === 1;
  }

  /** Of any number of racers with one code exactly one gets true. */
  async spend(userId: string, hash: Buffer): Promise<boolean> {
    return (await this.database.change(SPEND, [userId, hash])) === 1;
  }

  async count(userId: string): Promise<number> {
    return (await this.database.query<{ count: number }>(COUNT, [userId]))[0]?.count ?? 0;
  }

  /** In the caller's transaction, which holds the account. */
  async replace(userId: string, hashes: readonly Buffer[]): Promise<void> {
    await this.database.change(DELETE, [userId]);
    await this.database.change(INSERT, [userId, hashes]);
  }
}
