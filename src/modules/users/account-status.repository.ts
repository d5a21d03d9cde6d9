import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import type { UserStatus } from './user.entity';
import { STATUS_NOW } from './status-now';

const UPDATE_STATUS = {
  name: 'users-update-status',
  // The principal follows the account: beside it, not after it, it would change even where the account does not.
  text: `WITH account AS (
           UPDATE users SET status = $3, locked_until = $5::timestamptz, version = version + 1, updated_at = now(),
             epoch = epoch + $4, epoch_changed_at = now()
           WHERE id = $1 AND ${STATUS_NOW} = ANY ($2) RETURNING id)
         UPDATE principals SET active = $3::text = 'active', inactive_until = $5
         FROM account WHERE principals.id = account.id`,
};
const IS_PAST = {
  name: 'users-is-past',
  text: 'SELECT $1::timestamptz <= statement_timestamp() AS "isPast"',
};

@Injectable()
export class AccountStatusRepository {
  constructor(private readonly database: Database) {}

  /** False when the account was in none of the states `from`. `until` is the end of a lock. */
  async update(
    id: string,
    change: {
      readonly from: readonly UserStatus[];
      readonly to: UserStatus;
      readonly endsSessions: boolean;
      readonly until?: Date | null;
    },
  ): Promise<boolean> {
    const { from, to, endsSessions, until = null } = change;
    return (await this.database.change(UPDATE_STATUS, [id, from, to, endsSessions ? 1 : 0, until])) === 1;
  }

  /** By the clock that ends a lock. */
  async isPast(time: Date): Promise<boolean> {
    const [row] = await this.database.query<{ isPast: boolean }>(IS_PAST, [time]);
    return row?.isPast === true;
  }
}
