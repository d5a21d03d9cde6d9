import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { Database } from '../../infrastructure/database';
import { STATUS_NOW } from './status-now';
import { UserEntity, type UserStatus } from './user.entity';

/** What signing in needs to know of an account. */
export interface UserCredentials {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly displayName: string;
  readonly status: UserStatus;
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  readonly mfaEnabled: boolean;
  readonly epoch: number;
}

export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string;
  readonly emailKey: string;
  readonly displayName: string;
  readonly passwordHash: string | null;
  /** Algorithm and cost where the digest came from elsewhere. */
  readonly passwordScheme: string | null;
  readonly mustChangePassword: boolean;
}

export interface ProfileChange {
  readonly email: string;
  readonly emailKey: string;
  readonly emailVerified: boolean;
  readonly displayName: string;
}

const CREDENTIALS = `id, username, email, display_name AS "displayName", ${STATUS_NOW} AS status,
  password_hash AS "passwordHash", must_change_password AS "mustChangePassword", mfa_enabled AS "mfaEnabled", epoch`;

/** People of a provider have no password of ours: who leaves it would keep a way in that it knows nothing of. */
const IS_NOBODY_ELSES = 'NOT EXISTS (SELECT 1 FROM external_identities e WHERE e.user_id = users.id)';

const FIND_BY_LOGIN_NAME = {
  name: 'users-find-by-login-name',
  text: `SELECT ${CREDENTIALS} FROM users WHERE username_key = $1 OR email_key = $1`,
};
const FIND_CREDENTIALS = {
  name: 'users-find-credentials',
  text: `SELECT ${CREDENTIALS} FROM users WHERE id = $1`,
};
const FIND_IDS_BY_USERNAME = {
  name: 'users-find-ids-by-username',
  text: 'SELECT id, username_key AS "usernameKey" FROM users WHERE username_key = ANY ($1)',
};
const FIND_USERNAMES = {
  name: 'users-find-usernames',
  text: 'SELECT id, username FROM users WHERE id = ANY ($1)',
};
const LOCK_IF_CURRENT = {
  name: 'users-lock-if-current',
  text: `SELECT 1 FROM users WHERE id = $1 AND epoch = $2 AND ${STATUS_NOW} = 'active' FOR NO KEY UPDATE`,
};
const INSERT_PRINCIPAL = {
  name: 'users-insert-principal',
  text: `INSERT INTO principals (id, type, active) VALUES ($1, 'user', $2)`,
};
const INSERT = {
  name: 'users-insert',
  text: `INSERT INTO users (id, username, username_key, email, email_key, display_name, status, password_hash,
           must_change_password, password_scheme)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};
// Somebody of a provider: active at once, and without a password.
const INSERT_PROVISIONED = {
  name: 'users-insert-provisioned',
  text: `WITH principal AS (INSERT INTO principals (id, type, active) VALUES ($1, 'user', true))
         INSERT INTO users (id, username, username_key, email, email_key, email_verified, display_name, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'active')`,
};
const FIND_CREDENTIALS_LOCKED = {
  name: 'users-find-credentials-locked',
  text: `${FIND_CREDENTIALS.text} FOR NO KEY UPDATE`,
};
const UPDATE_DISPLAY_NAME = {
  name: 'users-update-display-name',
  text: `UPDATE users SET display_name = $2, version = version + 1, updated_at = now()
         WHERE id = $1 AND display_name <> $2`,
};
const UPDATE_PROFILE = {
  name: 'users-update-profile',
  text: `UPDATE users SET email = $3, email_key = $4, email_verified = $5, display_name = $6,
           epoch = epoch + (email_key <> $4)::int,
           epoch_changed_at = CASE WHEN email_key <> $4 THEN now() ELSE epoch_changed_at END,
           version = version + 1, updated_at = now()
         WHERE id = $1 AND version = $2`,
};
const HAS_WAY_IN = {
  name: 'users-has-way-in',
  text: `SELECT 1 FROM users WHERE id = $1 AND (password_hash IS NOT NULL OR NOT ${IS_NOBODY_ELSES})`,
};
const UPDATE_PASSWORD = {
  name: 'users-update-password',
  text: `WITH principal AS (UPDATE principals SET active = true, inactive_until = NULL WHERE id = $1)
         UPDATE users SET password_hash = $2, password_scheme = NULL, must_change_password = false, status = 'active',
           locked_until = NULL, version = version + 1, updated_at = now(), epoch = epoch + 1, epoch_changed_at = now()
         WHERE id = $1 AND epoch = $3 AND ${STATUS_NOW} IN ('active', 'invited')
           AND (password_hash IS NOT NULL OR ${IS_NOBODY_ELSES}) RETURNING epoch`,
};
const UPDATE_MFA_ENABLED = {
  name: 'users-update-mfa-enabled',
  text: `UPDATE users SET mfa_enabled = $2, version = version + 1, updated_at = now(), epoch = epoch + 1,
           epoch_changed_at = now()
         WHERE id = $1 AND ($3::integer IS NULL OR epoch = $3 AND ${STATUS_NOW} = 'active') RETURNING epoch`,
};
const END_EPOCH = {
  name: 'users-end-epoch',
  text: `UPDATE users SET version = version + 1, updated_at = now(), epoch = epoch + 1, epoch_changed_at = now()
         WHERE id = $1 AND ${STATUS_NOW} = 'active' RETURNING epoch`,
};
const REHASH = {
  name: 'users-rehash',
  text: 'UPDATE users SET password_hash = $3, password_scheme = NULL WHERE id = $1 AND password_hash = $2',
};
/** How a digest begins, as ix_users_digest_scheme has it. */
const SCHEME = String.raw`substring(password_hash FROM '^(?:\$2[aby]\$\d\d|\$argon2[a-z]+\$v=\d+\$[^$]+)\$')`;
// One step of the index a scheme, whatever the number of accounts.
const FIND_SCHEMES = {
  name: 'users-find-digest-schemes',
  text: `WITH RECURSIVE found AS (
           SELECT min(${SCHEME}) AS scheme FROM users
           UNION ALL
           SELECT (SELECT min(${SCHEME}) FROM users WHERE ${SCHEME} > scheme) FROM found WHERE scheme IS NOT NULL
         )
         SELECT scheme FROM found WHERE scheme IS NOT NULL`,
};
const DELETE = {
  name: 'users-delete',
  text: `WITH principal AS (UPDATE principals SET active = false, deleted_at = now() WHERE id = $1)
         DELETE FROM users WHERE id = $1 AND version = $2`,
};
const EVER = {
  name: 'users-ever',
  text: `SELECT 1 FROM principals WHERE id = $1 AND type = 'user'`,
};
const ANY = { name: 'users-any', text: 'SELECT 1 FROM users LIMIT 1' };
const FIND_EPOCHS_CHANGED_SINCE = {
  name: 'users-find-epochs-changed',
  text: `SELECT id, epoch FROM users WHERE epoch_changed_at > now() - make_interval(secs => $1)`,
};
const FIND_EPOCHS = { name: 'users-find-epochs', text: 'SELECT id, epoch FROM users WHERE id = ANY ($1)' };

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  async findByLoginName(key: string): Promise<UserCredentials | null> {
    return (await this.database.query<UserCredentials>(FIND_BY_LOGIN_NAME, [key]))[0] ?? null;
  }

  async findCredentials(id: string): Promise<UserCredentials | null> {
    return (await this.database.query<UserCredentials>(FIND_CREDENTIALS, [id]))[0] ?? null;
  }

  /** Whether the account is active at `epoch`; until the transaction ends it stays so, and this one's alone. */
  async lockIfCurrent(id: string, epoch: number): Promise<boolean> {
    return (await this.database.query(LOCK_IF_CURRENT, [id, epoch])).length === 1;
  }

  async insert(user: NewUser): Promise<void> {
    const status: UserStatus = user.passwordHash === null ? 'invited' : 'active';
    await this.database.change(INSERT_PRINCIPAL, [user.id, status === 'active']);
    await this.database.change(INSERT, [
      user.id,
      user.username,
      user.usernameKey,
      user.email,
      user.emailKey,
      user.displayName,
      status,
      user.passwordHash,
      user.mustChangePassword,
      user.passwordScheme,
    ]);
  }

  async insertProvisioned(
    user: Omit<NewUser, 'passwordHash' | 'passwordScheme' | 'mustChangePassword'> & ProfileChange,
  ): Promise<void> {
    const { id, username, usernameKey, email, emailKey, emailVerified, displayName } = user;
    const values = [id, username, usernameKey, email, emailKey, emailVerified, displayName];
    await this.database.change(INSERT_PROVISIONED, values);
  }

  /** As {@link findCredentials}; until the transaction ends nobody else changes them. */
  async findCredentialsLocked(id: string): Promise<UserCredentials | null> {
    return (await this.database.query<UserCredentials>(FIND_CREDENTIALS_LOCKED, [id]))[0] ?? null;
  }

  async updateDisplayName(id: string, displayName: string): Promise<void> {
    await this.database.change(UPDATE_DISPLAY_NAME, [id, displayName]);
  }

  /** Whether there is something that somebody could prove to be the owner. */
  async hasWayIn(id: string): Promise<boolean> {
    return (await this.database.query(HAS_WAY_IN, [id])).length === 1;
  }

  findById(id: string): Promise<UserEntity | null> {
    return this.database.repository(UserEntity).findOneBy({ id });
  }

  /** Accounts in order of creation, after the one that `afterId` names. */
  findPage(afterId: string | undefined, limit: number): Promise<UserEntity[]> {
    return this.database.repository(UserEntity).find({
      where: afterId === undefined ? {} : { id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** False when the account is gone or has another version. */
  async updateProfile(id: string, version: number, change: ProfileChange): Promise<boolean> {
    const values = [id, version, change.email, change.emailKey, change.emailVerified, change.displayName];
    return (await this.database.change(UPDATE_PROFILE, values)) === 1;
  }

  /** The new epoch; null when the account changed since `epoch` or may not have a password now. */
  async updatePassword(id: string, passwordHash: string, epoch: number): Promise<number | null> {
    const rows = await this.database.query<{ epoch: number }>(UPDATE_PASSWORD, [id, passwordHash, epoch]);
    return rows[0]?.epoch ?? null;
  }

  /** The new epoch; null when the account changed since `epoch`, or is gone. */
  async updateMfaEnabled(id: string, mfaEnabled: boolean, epoch: number | null): Promise<number | null> {
    const rows = await this.database.query<{ epoch: number }>(UPDATE_MFA_ENABLED, [id, mfaEnabled, epoch]);
    return rows[0]?.epoch ?? null;
  }

  /** The new epoch; null when the account is not active. */
  async endEpoch(id: string): Promise<number | null> {
    return (await this.database.query<{ epoch: number }>(END_EPOCH, [id]))[0]?.epoch ?? null;
  }

  /** Replaces a digest by a stronger one of the same password; does nothing if the password has changed. */
  async rehash(id: string, from: string, to: string): Promise<void> {
    await this.database.change(REHASH, [id, from, to]);
  }

  /** Algorithms and costs of all digests, as they begin. */
  async findDigestSchemes(): Promise<string[]> {
    return (await this.database.query<{ scheme: string }>(FIND_SCHEMES)).map(({ scheme }) => scheme);
  }

  async delete(id: string, version: number): Promise<boolean> {
    return (await this.database.change(DELETE, [id, version])) === 1;
  }

  async existedEver(id: string): Promise<boolean> {
    return (await this.database.query(EVER, [id])).length > 0;
  }

  async existsAny(): Promise<boolean> {
    return (await this.database.query(ANY)).length > 0;
  }

  findEpochsChangedWithin(seconds: number): Promise<{ id: string; epoch: number }[]> {
    return this.database.query(FIND_EPOCHS_CHANGED_SINCE, [seconds]);
  }

  findEpochs(ids: readonly string[]): Promise<{ id: string; epoch: number }[]> {
    return this.database.query(FIND_EPOCHS, [ids]);
  }

  /** The ids of those who exist, by the canonical form of their usernames. */
  async findIdsByUsername(usernameKeys: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.query<{ id: string; usernameKey: string }>(FIND_IDS_BY_USERNAME, [
      usernameKeys,
    ]);
    return new Map(rows.map(({ id, usernameKey }) => [usernameKey, id]));
  }

  async findUsernames(ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.query<{ id: string; username: string }>(FIND_USERNAMES, [ids]);
    return new Map(rows.map(({ id, username }) => [id, username]));
  }
}
