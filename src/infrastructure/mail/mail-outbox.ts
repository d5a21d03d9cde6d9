import { Injectable } from '@nestjs/common';
import { Database } from '../database';
import { Purge } from '../purge';

/** Longer than any attempt can last: whoever holds a claim that is over has died. */
const LEASE_SECONDS = 120;

interface NewMail {
  readonly id: string;
  readonly userId: string;
  readonly template: string;
  readonly content: Buffer;
  readonly lifeSeconds: number;
}

export interface OutboxMail {
  readonly id: string;
  readonly template: string;
  readonly content: Buffer;
  readonly attempts: number;
  readonly isExpired: boolean;
}

// Waits for whoever deletes the account, and then writes nothing. The mails of before go with it.
const INSERT = {
  name: 'mail-outbox-insert',
  text: `INSERT INTO mail_outbox (id, user_id, template, content_ciphertext, expires_at)
         SELECT $1, id, $3, $4, statement_timestamp() + make_interval(secs => $5)
         FROM users WHERE id = $2 FOR KEY SHARE`,
};
const CLAIM = {
  name: 'mail-outbox-claim',
  text: `UPDATE mail_outbox SET claim = $1, attempts = attempts + 1,
           due_at = statement_timestamp() + make_interval(secs => ${LEASE_SECONDS})
         WHERE id IN (SELECT id FROM mail_outbox WHERE due_at <= statement_timestamp()
                      ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING id, template, content_ciphertext AS content, attempts,
           expires_at <= statement_timestamp() AS "isExpired"`,
};
const POSTPONE = {
  name: 'mail-outbox-postpone',
  text: `UPDATE mail_outbox SET claim = NULL, due_at = statement_timestamp() + make_interval(secs => $3)
         WHERE id = $1 AND claim = $2`,
};
const REMOVE = { name: 'mail-outbox-remove', text: 'DELETE FROM mail_outbox WHERE id = $1 AND claim = $2' };
const PURGE = {
  name: 'mail-outbox-purge',
  text: `DELETE FROM mail_outbox WHERE id IN (
           SELECT id FROM mail_outbox WHERE expires_at < statement_timestamp() - interval '1 day' LIMIT $1)`,
};

/** The mails that wait. What is done with one needs the claim that it was taken with, so that a late sender changes nothing. */
@Injectable()
export class MailOutbox {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  async insert({ id, userId, template, content, lifeSeconds }: NewMail): Promise<void> {
    await this.database.change(INSERT, [id, userId, template, content, lifeSeconds]);
  }

  /** Takes up to `limit` mails that are due; nobody else gets them until the lease ends. */
  claim(claim: string, limit: number): Promise<OutboxMail[]> {
    return this.database.query(CLAIM, [claim, limit]);
  }

  async postpone(id: string, claim: string, seconds: number): Promise<void> {
    await this.database.change(POSTPONE, [id, claim, seconds]);
  }

  /** False when somebody else has taken it over meanwhile. */
  async remove(id: string, claim: string): Promise<boolean> {
    return (await this.database.change(REMOVE, [id, claim])) === 1;
  }
}
