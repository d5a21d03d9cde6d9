import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../../infrastructure/clock';
import { Database } from '../../../infrastructure/database';
import { AuditBatchesRepository } from './audit-batches.repository';
import { checkpointHash, NO_CHECKPOINT_BEFORE, signCheckpoint, type Checkpoint } from './checkpoint';
import { merkleRoot } from './merkle-tree';
import { leafOf, type SealedRecord, type StoredRecord } from './sealed-record';
import { SealingKeysService } from './sealing-keys.service';

/** What is read, hashed and held in memory at once, here and by whoever verifies. */
export const MAX_BATCH_EVENTS = 1_000;

/** Gives events their place in the chain. */
@Injectable()
export class AuditSealerService {
  constructor(
    private readonly batches: AuditBatchesRepository,
    private readonly keys: SealingKeysService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Seals one batch of what can no longer change its order; null when there is nothing. */
  async sealNext(): Promise<Checkpoint | null> {
    return this.database.transaction(async () => {
      const found = ofOneMonth(await this.batches.findSealable(MAX_BATCH_EVENTS));
      if (found.length === 0) return null;
      const last = await this.batches.findLast();
      const batchId = uuidv7();
      const firstSequence = (last?.lastSequence ?? 0) + 1;
      const records = found.map((record, index) => ({ ...record, sequence: firstSequence + index, batchId }));
      const checkpoint = await this.conclude(records, batchId, last);
      const sealed = await this.batches.markSealed(batchId, records);
      if (sealed !== records.length) throw new Error('Somebody else seals the same events');
      return checkpoint;
    });
  }

  private async conclude(
    records: readonly SealedRecord[],
    batchId: string,
    last: Checkpoint | null,
  ): Promise<Checkpoint> {
    const { kid, privateKey } = await this.keys.current();
    const leaves = records.map(leafOf);
    const body = {
      version: 1,
      number: (last?.number ?? 0) + 1,
      batchId,
      firstSequence: records[0]?.sequence ?? 0,
      lastSequence: records.at(-1)?.sequence ?? 0,
      root: merkleRoot(leaves).toString('hex'),
      previous: last === null ? NO_CHECKPOINT_BEFORE : checkpointHash(last),
      sealedAt: this.clock.now().toISOString(),
      kid,
    } as const;
    const checkpoint = signCheckpoint(body, privateKey);
    const times = records.map(({ at }) => at).sort();
    const [firstAt = '', lastAt = ''] = [times[0], times.at(-1)];
    await this.batches.insert({ checkpoint, leaves, month: `${firstAt.slice(0, 7)}-01` }, firstAt, lastAt);
    return checkpoint;
  }
}

/** A batch is of one month, so that the months can go one by one. */
function ofOneMonth(records: readonly StoredRecord[]): readonly StoredRecord[] {
  const month = records[0]?.at.slice(0, 7) ?? '';
  const end = records.findIndex(({ at }) => !at.startsWith(month));
  return end === -1 ? records : records.slice(0, end);
}
