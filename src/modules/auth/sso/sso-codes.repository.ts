import { Injectable } from '@nestjs/common';
import { randomToken, sha256 } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';

const LIFE_SECONDS = 60;

/** What a code stands for: somebody whom a provider vouched for, as their account was then. */
export interface SsoCode {
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
  readonly providerId: string;
  readonly codeChallenge: string;
  readonly providerSignInId: string;
}

const INSERT = {
  name: 'sso-codes-insert',
  text: `INSERT INTO sso_codes (code_hash, user_id, epoch, methods, provider_id, code_challenge, provider_sign_in_id,
           expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, statement_timestamp() + make_interval(secs => ${LIFE_SECONDS}))`,
};
const SPEND = {
  name: 'sso-codes-spend',
  text: `UPDATE sso_codes SET spent_at = statement_timestamp()
         WHERE code_hash = $1 AND spent_at IS NULL AND expires_at > statement_timestamp()
           AND provider_sign_in_id IS NOT NULL
         RETURNING user_id AS "userId", epoch, methods, provider_id AS "providerId",
           code_challenge AS "codeChallenge", provider_sign_in_id AS "providerSignInId"`,
};
const ATTACH = {
  name: 'sso-codes-attach',
  text: 'UPDATE sso_codes SET session_id = $2 WHERE code_hash = $1 AND reused_at IS NULL',
};
const MARK_REUSED = {
  name: 'sso-codes-mark-reused',
  text: `UPDATE sso_codes SET reused_at = statement_timestamp() WHERE code_hash = $1 AND spent_at IS NOT NULL
         RETURNING user_id AS "userId", session_id AS "sessionId"`,
};
/** Spent codes are kept for long enough to recognise one that was stolen and comes late. */
const PURGE = {
  name: 'sso-codes-purge',
  text: `DELETE FROM sso_codes WHERE code_hash IN (
           SELECT code_hash FROM sso_codes WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)`,
};

@Injectable()
export class SsoCodesRepository {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  /** The code that the client must bring; only its hash is stored. */
  async insert(stands: SsoCode): Promise<string> {
    const { userId, epoch, methods, providerId, codeChallenge, providerSignInId } = stands;
    const code = randomToken();
    const values = [sha256(code), userId, epoch, methods, providerId, codeChallenge, providerSignInId];
    await this.database.change(INSERT, values);
    return code;
  }

  /** Of any number of racers exactly one gets what the code stands for. */
  async spend(code: string): Promise<SsoCode | null> {
    const [row] = await this.database.query<SsoCode>(SPEND, [sha256(code)]);
    return row ?? null;
  }

  /** Remembers what the code has brought. False when the code came a second time meanwhile. */
  async attach(code: string, sessionId: string): Promise<boolean> {
    return (await this.database.change(ATTACH, [sha256(code), sessionId])) === 1;
  }

  /** Whose code came back after it was spent, and what it had brought; null where it never was spent. */
  async markReused(
    code: string,
  ): Promise<{ readonly userId: string; readonly sessionId: string | null } | null> {
    const [row] = await this.database.query<{ userId: string; sessionId: string | null }>(MARK_REUSED, [
      sha256(code),
    ]);
    return row ?? null;
  }
}
