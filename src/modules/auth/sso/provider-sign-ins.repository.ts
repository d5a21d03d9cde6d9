import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { SecretBox, SecretBoxError, sealedColumn } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';
import type { OidcSignOut } from '../../identity-providers';

const PURPOSE = sealedColumn({
  purpose: 'provider-sign-out',
  table: 'provider_sign_ins',
  id: 'id',
  ciphertext: 'logout_ciphertext',
});

/** Somebody whom a provider vouched for, by the version of its record that was believed. */
export interface NewProviderSignIn {
  readonly userId: string;
  readonly providerId: string;
  readonly providerVersion: number;
  /** Seconds since the epoch; null where the provider does not say when somebody authenticated. */
  readonly authTime: number | null;
  /** Null where the provider offers no sign-out. */
  readonly signOut: OidcSignOut | null;
}

export type ProviderSignIn = Omit<NewProviderSignIn, 'signOut'>;

const INSERT = {
  name: 'provider-sign-ins-insert',
  text: `INSERT INTO provider_sign_ins (id, user_id, provider_id, provider_version, auth_time, logout_ciphertext)
         VALUES ($1, $2, $3, $4, to_timestamp($5), $6)`,
};
const FIND = {
  name: 'provider-sign-ins-find',
  text: `SELECT user_id AS "userId", provider_id AS "providerId", provider_version AS "providerVersion",
           extract(epoch FROM auth_time)::float8 AS "authTime"
         FROM provider_sign_ins WHERE id = $1 AND session_id IS NULL`,
};
const ATTACH = {
  name: 'provider-sign-ins-attach',
  text: 'UPDATE provider_sign_ins SET session_id = $2 WHERE id = $1 AND session_id IS NULL',
};
const TAKE = {
  name: 'provider-sign-ins-take',
  text: 'DELETE FROM provider_sign_ins WHERE session_id = $1 RETURNING id, logout_ciphertext AS "ciphertext"',
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
    private readonly box: SecretBox,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  async insert(signIn: NewProviderSignIn): Promise<string> {
    const { userId, providerId, providerVersion, authTime, signOut } = signIn;
    const id = uuidv7();
    const sealed = signOut && this.box.seal(PURPOSE, Buffer.from(JSON.stringify(signOut)), id);
    await this.database.change(INSERT, [id, userId, providerId, providerVersion, authTime, sealed]);
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

  /** What signs the person of a session out at its provider, once; null where nothing does, or it opens no more. */
  async takeSignOut(sessionId: string): Promise<OidcSignOut | null> {
    const [row] = await this.database.query<{ id: string; ciphertext: Buffer | null }>(TAKE, [sessionId]);
    const { id = '', ciphertext = null } = row ?? {};
    try {
      return ciphertext && (JSON.parse(this.box.open(PURPOSE, ciphertext, id).toString()) as OidcSignOut);
    } catch (error) {
      // Whoever signs out must not be kept from it by what is only good for elsewhere.
      if (error instanceof SecretBoxError) return null;
      throw error;
    }
  }
}
