import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';

/** Kept a little past the end of the token: a process whose clock is late believes in it for longer. */
const SKEW = `interval '10 minutes'`;

const INSERT = {
  name: 'revoked-tokens-insert',
  text: 'INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, to_timestamp($2)) ON CONFLICT DO NOTHING',
};
const FIND_ALL = {
  name: 'revoked-tokens-find-all',
  text: `SELECT jti FROM revoked_tokens WHERE expires_at > statement_timestamp() - ${SKEW}`,
};
const IS_REVOKED = {
  name: 'revoked-tokens-is-revoked',
  text: `SELECT EXISTS (SELECT FROM revoked_tokens WHERE jti = $1)
           OR NOT EXISTS (SELECT FROM signing_keys WHERE kid = $2 AND status <> 'revoked') AS revoked`,
};
const PURGE = {
  name: 'revoked-tokens-purge',
  text: `DELETE FROM revoked_tokens WHERE jti IN (
           SELECT jti FROM revoked_tokens WHERE expires_at < statement_timestamp() - ${SKEW} LIMIT $1)`,
};

/** Single access tokens that were revoked before they expired. */
@Injectable()
export class RevokedTokensRepository {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  /** False when it was revoked before. */
  async insert(jti: string, expiresAt: number): Promise<boolean> {
    return (await this.database.change(INSERT, [jti, expiresAt])) === 1;
  }

  async findAll(): Promise<string[]> {
    return (await this.database.query<{ jti: string }>(FIND_ALL)).map(({ jti }) => jti);
  }

  /** Whether the token was revoked, or the key that signed it. */
  async isRevoked(jti: string, kid: string): Promise<boolean> {
    return (await this.database.query<{ revoked: boolean }>(IS_REVOKED, [jti, kid]))[0]?.revoked !== false;
  }
}
