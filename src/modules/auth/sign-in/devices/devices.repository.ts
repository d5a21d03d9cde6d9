import { Injectable } from '@nestjs/common';
import { Database } from '../../../../infrastructure/database';
import { Purge } from '../../../../infrastructure/purge';

const LIFE = `interval '180 days'`;
/** Clients that never bring their token back would fill the table. */
const MAX_PER_ACCOUNT = 20;

export interface Device {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
}

const FIND = {
  name: 'sign-in-devices-find',
  text: `SELECT id, user_id AS "userId", epoch FROM sign_in_devices
         WHERE token_hash = $1 AND created_at > statement_timestamp() - ${LIFE}`,
};
const INSERT_UNLESS_KNOWN = {
  name: 'sign-in-devices-insert-unless-known',
  text: `WITH known AS (
           SELECT FROM sign_in_devices
           WHERE id = $5 AND user_id = $3 AND epoch = $4 AND created_at > statement_timestamp() - ${LIFE}
         ), surplus AS (
           DELETE FROM sign_in_devices WHERE NOT EXISTS (SELECT FROM known) AND id IN (
             SELECT id FROM sign_in_devices WHERE user_id = $3
             ORDER BY created_at DESC OFFSET ${MAX_PER_ACCOUNT - 1})
         )
         INSERT INTO sign_in_devices (id, token_hash, user_id, epoch)
         SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM known)`,
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

  /** False where `knownId` is a living device of the account at that epoch: then nothing was inserted. */
  async insertUnlessKnown(device: Device, tokenHash: Buffer, knownId: string | null): Promise<boolean> {
    const { id, userId, epoch } = device;
    return (await this.database.change(INSERT_UNLESS_KNOWN, [id, tokenHash, userId, epoch, knownId])) === 1;
  }
}
