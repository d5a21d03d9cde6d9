import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { sealedColumn, SecretBox } from '../crypto';
import { Database } from '../database';
import { Purge } from '../purge';

const PURPOSE = sealedColumn({
  purpose: 'deferred-work',
  table: 'deferred_work',
  id: 'id',
  ciphertext: 'content_ciphertext',
});

export interface TakenWork {
  readonly id: string;
  readonly kind: string;
  readonly content: Buffer;
}

const INSERT = {
  name: 'deferred-work-insert',
  text: `INSERT INTO deferred_work (id, kind, content_ciphertext) SELECT $1, $2, $3
         WHERE $4::int IS NULL
           OR (SELECT count(*) FROM (SELECT FROM deferred_work WHERE kind = $2 LIMIT $4) AS waiting) < $4`,
};
const TAKE = {
  name: 'deferred-work-take',
  text: `DELETE FROM deferred_work WHERE id = (
           SELECT id FROM deferred_work WHERE due_at <= statement_timestamp() AND kind = ANY ($1)
           ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, content_ciphertext AS content`,
};
// As long again as it has waited already: the pauses double without a count of the attempts.
const PUT_OFF = {
  name: 'deferred-work-put-off',
  text: `UPDATE deferred_work SET due_at = statement_timestamp() + least(interval '5 minutes',
           greatest(interval '1 second', statement_timestamp() - created_at))
         WHERE id = $1`,
};
const PURGE = {
  name: 'deferred-work-purge',
  text: `DELETE FROM deferred_work WHERE id IN (
           SELECT id FROM deferred_work WHERE created_at < statement_timestamp() - interval '1 day' LIMIT $1)`,
};

/** Work that waits: of which kind, and a sealed box with what it is about. */
@Injectable()
export class DeferredWorkQueue {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    purge: Purge,
  ) {
    purge.register(PURGE);
  }

  /** False where `mostWaiting` of the kind wait already. */
  async insert(kind: string, content: unknown, mostWaiting: number | null): Promise<boolean> {
    const id = uuidv7();
    const sealed = this.box.seal(PURPOSE, Buffer.from(JSON.stringify(content)), id);
    return (await this.database.change(INSERT, [id, kind, sealed, mostWaiting])) === 1;
  }

  /** For the caller's transaction: nobody else gets it meanwhile, and where that is undone, it waits again. */
  async take(kinds: readonly string[]): Promise<TakenWork | undefined> {
    return (await this.database.query<TakenWork & object>(TAKE, [kinds]))[0];
  }

  /** @throws SecretBoxError */
  open({ id, content }: TakenWork): unknown {
    return JSON.parse(this.box.open(PURPOSE, content, id).toString());
  }

  async putOff({ id }: TakenWork): Promise<void> {
    await this.database.change(PUT_OFF, [id]);
  }
}
