import { Injectable } from '@nestjs/common';
import { Purge } from '../../../infrastructure/purge';

const PURGE = {
  name: 'sign-in-challenges-purge',
  text: `DELETE FROM sign_in_challenges WHERE id IN (
           SELECT id FROM sign_in_challenges WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)`,
};

/** Forgets sign-ins that somebody began and did not finish. */
@Injectable()
export class SignInChallengesPurge {
  constructor(purge: Purge) {
    purge.register(PURGE);
  }
}
