import { Injectable } from '@nestjs/common';
import { randomToken, sha256 } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';

const LIFE_SECONDS = 600;

const INSERT = {
  name: 'provider-sign-outs-insert',
  text: `INSERT INTO provider_sign_outs (state_hash, return_to, expires_at)
         VALUES ($1, $2, statement_timestamp() + make_interval(secs => ${LIFE_SECONDS}))`,
};
const SPEND = {
  name: 'provider-sign-outs-spend',
  text: `DELETE FROM provider_sign_outs WHERE state_hash = $1 AND expires_at > statement_timestamp()
         RETURNING return_to AS "returnTo"`,
};
const PURGE = {
  name: 'provider-sign-outs-purge',
  text: `DELETE FROM provider_sign_outs WHERE state_hash IN (
           SELECT state_hash FROM provider_sign_outs WHERE expires_at < statement_timestamp() LIMIT $1)`,
};

/** Browsers that are signing out at a provider, and where each of them goes afterwards. */
@Injectable()
export class ProviderSignOutsRepository {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  /** The `state` that the provider sends the browser back with; only its hash is stored. */
  async insert(returnTo: string): Promise<string> {
    const state = randomToken();
    await this.database.change(INSERT, [sha256(state), returnTo]);
    return state;
  }

  /** Once. */
  async spend(state: string): Promise<string | null> {
    const [row] = await this.database.query<{ returnTo: string }>(SPEND, [sha256(state)]);
    return row?.returnTo ?? null;
  }
}
