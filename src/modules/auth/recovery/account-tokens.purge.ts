import { Injectable } from '@nestjs/common';
import { Purge } from '../../../infrastructure/purge';

const PURGE = {
  name: 'account-tokens-purge',
  text: `DELETE FROM account_tokens WHERE token_hash IN (
           SELECT token_hash FROM account_tokens
           WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)`,
};

/** Forgets tokens that nobody brought back. */
@Injectable()
export class AccountTokensPurge {
  constructor(purge: Purge) {
    purge.register(PURGE);
  }
}
