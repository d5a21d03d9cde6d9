import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { randomToken, sha256 } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import type { SourceClass } from './sign-in-attempts.repository';

const LIFE_SECONDS = 600;

/** What a pending sign-in still waits for. A challenge of one purpose is worthless for another. */
export type ChallengePurpose = 'mfa' | 'mfa_enrolment' | 'password_change';

export interface SignInChallenge {
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
  readonly source: SourceClass;
  /** The provider's answer that the sign-in began with, if it came through a browser. */
  readonly providerSignInId: string | null;
}

const COLUMNS = `user_id AS "userId", epoch, methods, source_class AS source,
  provider_sign_in_id AS "providerSignInId"`;

const INSERT = {
  name: 'sign-in-challenges-insert',
  text: `INSERT INTO sign_in_challenges (id, token_hash, user_id, purpose, epoch, methods, source_class,
           provider_sign_in_id, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, statement_timestamp() + make_interval(secs => ${LIFE_SECONDS}))`,
};
const SPEND = {
  name: 'sign-in-challenges-spend',
  text: `DELETE FROM sign_in_challenges WHERE token_hash = $1 AND purpose = $2 AND expires_at > statement_timestamp()
         RETURNING ${COLUMNS}`,
};
const FIND = {
  name: 'sign-in-challenges-find',
  text: `SELECT ${COLUMNS} FROM sign_in_challenges
         WHERE token_hash = $1 AND purpose = $2 AND expires_at > statement_timestamp()`,
};

/** Sign-ins that wait for one more thing. A challenge is single use, short-lived, and good for nothing else. */
@Injectable()
export class SignInChallengesRepository {
  constructor(private readonly database: Database) {}

  /** The secret that the client must bring back; only its hash is stored. */
  async insert(purpose: ChallengePurpose, challenge: SignInChallenge): Promise<string> {
    const token = randomToken();
    const { userId, epoch, methods, source, providerSignInId } = challenge;
    const values = [uuidv7(), sha256(token), userId, purpose, epoch, methods, source, providerSignInId];
    await this.database.change(INSERT, values);
    return token;
  }

  /** Looks, and leaves it unspent. */
  async find(purpose: ChallengePurpose, token: string): Promise<SignInChallenge | null> {
    return (await this.database.query<SignInChallenge>(FIND, [sha256(token), purpose]))[0] ?? null;
  }

  /** Of any number of racers exactly one gets the challenge; null when it is spent, expired or unknown. */
  async spend(purpose: ChallengePurpose, token: string): Promise<SignInChallenge | null> {
    return (await this.database.query<SignInChallenge>(SPEND, [sha256(token), purpose]))[0] ?? null;
  }
}
