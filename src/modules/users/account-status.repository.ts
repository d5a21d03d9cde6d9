import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import type { UserStatus } from './user.entity';
import { STATUS_NOW } from './status-now';

const UPDATE_STATUS = {
  name: 'users-update-status',
  text: `WITH principal AS (
           UPDATE principals SET active = $3::text = 'active', inactive_until = $5::timestamptz WHERE id = $1)
         UPDATE users SET status = $3, locked_until = $5, version = version + 1, updated_at = now(),
           epoch = epoch + $4, epoch_changed_at = now()
         WHERE id = $1 AND ${STATUS_NOW} = ANY ($2)`,
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
