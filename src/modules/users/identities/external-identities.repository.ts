import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import type { ExternalIdentity, NewExternalIdentity } from './external-identity';

const SELECT = `SELECT provider_id AS "providerId", external_id AS "externalId", user_id AS "userId", username, provisioned,
  linked_at AS "linkedAt", last_seen_at AS "lastSeenAt" FROM external_identities`;
const FIND = {
  name: 'external-identities-find',
  text: `${SELECT} WHERE provider_id = $1 AND external_id = $2`,
};
const FIND_OF_USER = {
  name: 'external-identities-find-of-user',
  text: `${SELECT} WHERE user_id = $1 ORDER BY linked_at`,
};
// Of any number of first sign-ins of one person one makes the account; the others find it.
const LOCK = {
  name: 'external-identities-lock',
  text: `SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text || ' ' || $2::text, 0))`,
};
const INSERT = {
  name: 'external-identities-insert',
  text: `INSERT INTO external_identities (provider_id, external_id, user_id, username, provisioned)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
};
const MARK_SEEN = {
  name: 'external-identities-mark-seen',
  text: `UPDATE external_identities SET username = $3, last_seen_at = statement_timestamp()
         WHERE provider_id = $1 AND external_id = $2`,
};
const DELETE = {
  name: 'external-identities-delete',
  text: 'DELETE FROM external_identities WHERE user_id = $1 AND provider_id = $2',
};

@Injectable()
export class ExternalIdentitiesRepository {
  constructor(private readonly database: Database) {}

  async find(providerId: string, externalId: string): Promise<ExternalIdentity | null> {
    return (await this.database.query<ExternalIdentity>(FIND, [providerId, externalId]))[0] ?? null;
  }

  findOfUser(userId: string): Promise<ExternalIdentity[]> {
    return this.database.query<ExternalIdentity>(FIND_OF_USER, [userId]);
  }

  /** Until the transaction ends nobody else sees whether the identity is known. */
  async lock(providerId: string, externalId: string): Promise<void> {
    await this.database.query(LOCK, [providerId, externalId]);
  }

  /** False when the identity is linked already, or the account to another of the same provider. */
  async insert({
    providerId,
    externalId,
    userId,
    username,
    provisioned,
  }: NewExternalIdentity): Promise<boolean> {
    const values = [providerId, externalId, userId, username, provisioned];
    return (await this.database.change(INSERT, values)) === 1;
  }

  /** False where it is not there any more. */
  async markSeen(providerId: string, externalId: string, username: string): Promise<boolean> {
    return (await this.database.change(MARK_SEEN, [providerId, externalId, username])) === 1;
  }

  async delete(userId: string, providerId: string): Promise<boolean> {
    return (await this.database.change(DELETE, [userId, providerId])) === 1;
  }
}
