import { Injectable } from '@nestjs/common';
import { randomToken, sha256 } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';

export type TokenPurpose =
  'password_reset' | 'invitation' | 'email_verification' | 'email_change' | 'email_undo';

export interface AccountToken {
  readonly userId: string;
  readonly epoch: number;
  /** The address that the token is about: the one it was sent to, but for an undo, which brings it back. */
  readonly email: string;
}

export interface NewAccountToken extends AccountToken {
  readonly purpose: TokenPurpose;
  readonly lifeSeconds: number;
  /** For how long an earlier one keeps its place; by default it loses it at once. */
  readonly keepsPlaceSeconds?: number;
}

const ISSUE = {
  name: 'account-tokens-issue',
  text: `INSERT INTO account_tokens AS t (user_id, purpose, token_hash, epoch, email, expires_at)
         VALUES ($1, $2, $3, $4, $5, statement_timestamp() + make_interval(secs => $6))
         ON CONFLICT (user_id, purpose) DO UPDATE SET token_hash = excluded.token_hash, epoch = excluded.epoch,
           email = excluded.email, created_at = statement_timestamp(), expires_at = excluded.expires_at
         WHERE t.created_at <= statement_timestamp() - make_interval(secs => $7)`,
};
const FIND = {
  name: 'account-tokens-find',
  text: `SELECT user_id AS "userId", epoch, email FROM account_tokens
         WHERE token_hash = $1 AND purpose = $2 AND expires_at > statement_timestamp()`,
};
const SPEND = {
  name: 'account-tokens-spend',
  text: `DELETE FROM account_tokens WHERE token_hash = $1 AND purpose = $2 AND expires_at > statement_timestamp()
         RETURNING user_id AS "userId", epoch, email`,
};

const VOID_ADDRESSES = {
  name: 'account-tokens-void-addresses',
  text: `DELETE FROM account_tokens
         WHERE user_id = $1 AND purpose IN ('email_verification', 'email_change', 'email_undo')`,
};

/** Tokens that go out by mail: 256 bits, stored hashed, single use, each good for one purpose and one account. */
@Injectable()
export class AccountTokensRepository {
  constructor(private readonly database: Database) {}

  /** The secret for the mail; any older one of the purpose is dead. Null when an older one keeps its place. */
  async issue(token: NewAccountToken): Promise<string | null> {
    const secret = randomToken();
    const { userId, purpose, epoch, email, lifeSeconds, keepsPlaceSeconds = 0 } = token;
    const values = [userId, purpose, sha256(secret), epoch, email, lifeSeconds, keepsPlaceSeconds];
    return (await this.database.change(ISSUE, values)) === 1 ? secret : null;
  }

  /** Kills whatever would say where the account's address is to be, the undo of a former move included. */
  async voidAddresses(userId: string): Promise<void> {
    await this.database.change(VOID_ADDRESSES, [userId]);
  }

  /** Looks, and leaves it unspent. */
  async find(purpose: TokenPurpose, secret: string): Promise<AccountToken | null> {
    return (await this.database.query<AccountToken & object>(FIND, [sha256(secret), purpose]))[0] ?? null;
  }

  /** Of any number of racers exactly one gets it; null when it is spent, replaced, expired or unknown. */
  async spend(purpose: TokenPurpose, secret: string): Promise<AccountToken | null> {
    return (await this.database.query<AccountToken & object>(SPEND, [sha256(secret), purpose]))[0] ?? null;
  }
}
