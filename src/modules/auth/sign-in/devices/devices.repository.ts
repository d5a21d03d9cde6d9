import { Injectable } from '@nestjs/common';
import { Database, type BulkStatement } from '../../../../infrastructure/database';
import { Purge } from '../../../../infrastructure/purge';

const LIFE = `interval '180 days'`;
/** Clients that never bring their token back would fill the table. */
const MAX_PER_ACCOUNT = 20;

export interface Device {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
}

export interface NewDevice extends Device {
  readonly tokenHash: Buffer;
}

const FIND = {
  name: 'sign-in-devices-find',
  text: `SELECT id, user_id AS "userId", epoch FROM sign_in_devices
         WHERE token_hash = $1 AND created_at > statement_timestamp() - ${LIFE}`,
};
const IS_ALIVE = {
  name: 'sign-in-devices-is-alive',
  text: `SELECT 1 FROM sign_in_devices
         WHERE id = $1 AND user_id = $2 AND epoch = $3 AND created_at > statement_timestamp() - ${LIFE}`,
};
const INSERT: BulkStatement<NewDevice> = {
  name: 'sign-in-devices-insert',
  text: `WITH added AS (
           SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::int[]) AS a (id, token_hash, user_id, epoch)
         ), surplus AS (
           DELETE FROM sign_in_devices WHERE id IN (
             SELECT older.id FROM added CROSS JOIN LATERAL (
               SELECT id FROM sign_in_devices WHERE user_id = added.user_id
               ORDER BY created_at DESC OFFSET ${MAX_PER_ACCOUNT - 1}) older)
         )
         INSERT INTO sign_in_devices (id, token_hash, user_id, epoch) SELECT * FROM added`,
  valuesOf: (devices) => [
    devices.map(({ id }) => id),
    devices.map(({ tokenHash }) => tokenHash),
    devices.map(({ userId }) => userId),
    devices.map(({ epoch }) => epoch),
  ],
};
const PURGE = {
  name: 'sign-in-devices-purge',
  text: `DELETE FROM sign_in_devices WHERE id IN (
           SELECT id FROM sign_in_devices WHERE created_at < statement_timestamp() - ${LIFE} LIMIT $1)`,
};

/** Where accounts were signed in to before. */
@Injectable()
export class DevicesRepository {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  async find(tokenHash: Buffer): Promise<Device | null> {
    return (await this.database.query<Device & object>(FIND, [tokenHash]))[0] ?? null;
  }

  async isAlive({ id, userId, epoch }: Device): Promise<boolean> {
    return (await this.database.query(IS_ALIVE, [id, userId, epoch])).length === 1;
  }

  /** As the last thing of the caller's transaction, if there is one. */
  insert(device: NewDevice): Promise<void> {
    return this.database.beforeCommit(INSERT, device);
  }
}
