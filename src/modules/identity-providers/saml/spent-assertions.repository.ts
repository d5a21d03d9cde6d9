import { Injectable } from '@nestjs/common';
import { sha256 } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import { Purge } from '../../../infrastructure/purge';

const SPEND = {
  name: 'saml-spent-assertions-spend',
  text: `INSERT INTO saml_spent_assertions (issuer_hash, assertion_hash, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING`,
};
/** Well after it could be presented again: the clock that judges an assertion is not the one that purges. */
const PURGE = {
  name: 'saml-spent-assertions-purge',
  text: `DELETE FROM saml_spent_assertions WHERE (issuer_hash, assertion_hash) IN (
           SELECT issuer_hash, assertion_hash FROM saml_spent_assertions
           WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)`,
};

@Injectable()
export class SpentAssertionsRepository {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  /**
   * Of any number of racers exactly one, on whichever process, may use an assertion (SAML profiles §4.1.4.5), whatever
   * becomes of our record of its issuer.
   */
  async spend(issuer: string, assertionId: string, replayableUntil: Date): Promise<boolean> {
    const values = [sha256(issuer), sha256(assertionId), replayableUntil];
    return (await this.database.change(SPEND, values)) === 1;
  }
}
