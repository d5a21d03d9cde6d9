import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';

/** Somebody whom a provider vouched for, by the version of its record that was believed. */
export interface NewProviderSignIn {
  readonly userId: string;
  readonly providerId: string;
  readonly providerVersion: number;
}

export interface ProviderSignIn extends NewProviderSignIn {
  readonly id: string;
}

const INSERT = {
  name: 'provider-sign-ins-insert',
  text: `INSERT INTO provider_sign_ins (id, user_id, provider_id, provider_version) VALUES ($1, $2, $3, $4)`,
};
const FIND = {
  name: 'provider-sign-ins-find',
  text: `SELECT id, user_id AS "userId", provider_id AS "providerId", provider_version AS "providerVersion"
         FROM provider_sign_ins WHERE id = $1 AND session_id IS NULL`,
};
const ATTACH = {
  name: 'provider-sign-ins-attach',
  text: 'UPDATE provider_sign_ins SET session_id = $2 WHERE id = $1 AND session_id IS NULL',
};
/** Sessions that expired were ended by nobody. What no session came of, nobody can go on with after an hour. */
const PURGE = {
  name: 'provider-sign-ins-purge',
  text: `DELETE FROM provider_sign_ins WHERE id IN (
           (SELECT id FROM provider_sign_ins
            WHERE session_id IS NULL AND created_at < statement_timestamp() - interval '1 hour' LIMIT $1)
           UNION ALL
           (SELECT vouched.id FROM provider_sign_ins vouched JOIN sessions ON sessions.id = vouched.session_id
            WHERE least(sessions.idle_expires_at, sessions.expires_at) < statement_timestamp() LIMIT $1)
           LIMIT $1)`,
};

/** Sign-ins through a browser from the provider's answer on; each goes with the session that comes of it. */
@Injectable()
export class ProviderSignInsRepository {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  async insert({ userId, providerId, providerVersion }: NewProviderSignIn): Promise<string> {
    const id = uuidv7();
    await this.database.change(INSERT, [id, userId, providerId, providerVersion]);
    return id;
  }

  /** Null where it has a session already, or is too old. */
  async find(id: string): Promise<ProviderSignIn | null> {
    return (await this.database.query<ProviderSignIn>(FIND, [id]))[0] ?? null;
  }

  /** Lets it end with the session. */
  async attach(id: string, sessionId: string): Promise<void> {
    await this.database.change(ATTACH, [id, sessionId]);
  }
}
