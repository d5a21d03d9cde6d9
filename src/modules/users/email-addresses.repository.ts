import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import { STATUS_NOW } from './status-now';

const MARK_VERIFIED = {
  name: 'users-mark-email-verified',
  text: `UPDATE users SET email_verified = true, version = version + 1, updated_at = now()
         WHERE id = $1 AND email_key = $2 AND epoch = $3 AND NOT email_verified`,
};
const CHANGE = {
  name: 'users-change-email',
  text: `UPDATE users SET email = $2, email_key = $3, email_verified = true, version = version + 1,
           updated_at = now(), epoch = epoch + 1, epoch_changed_at = now()
         WHERE id = $1 AND epoch = $4 AND ${STATUS_NOW} = 'active' RETURNING epoch`,
};
const RESTORE = {
  name: 'users-restore-email',
  text: `UPDATE users SET email = $2, email_key = $3, email_verified = true, version = version + 1,
           updated_at = now(), epoch = epoch + 1, epoch_changed_at = now()
         WHERE id = $1`,
};

@Injectable()
export class EmailAddressesRepository {
  constructor(private readonly database: Database) {}

  /** False when the account has another address by now, or another epoch, or it is verified already. */
  async markVerified(id: string, emailKey: string, epoch: number): Promise<boolean> {
    return (await this.database.change(MARK_VERIFIED, [id, emailKey, epoch])) === 1;
  }

  /** The new epoch; null when the account changed since `epoch` or is not active. */
  async change(id: string, email: string, emailKey: string, epoch: number): Promise<number | null> {
    const rows = await this.database.query<{ epoch: number }>(CHANGE, [id, email, emailKey, epoch]);
    return rows[0]?.epoch ?? null;
  }

  async restore(id: string, email: string, emailKey: string): Promise<boolean> {
    return (await this.database.change(RESTORE, [id, email, emailKey])) === 1;
  }
}
