import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import { AuditBatchesRepository, type SealedBatch } from './audit-batches.repository';
import type { SealedRecord } from './sealed-record';

/** What is held in memory: one full batch, or small ones together. */
const AT_ONCE = { maxEvents: 1_000, maxBatches: 50 };

export interface StoredBatch extends SealedBatch {
  /** What is there of its events, in order; the same sequence twice where somebody put it there. */
  readonly records: readonly SealedRecord[];
}

/** Reads what is sealed from one end to the other, a bounded part at a time and with no connection held in between. */
@Injectable()
export class SealedTrail {
  constructor(
    private readonly database: Database,
    private readonly batches: AuditBatchesRepository,
  ) {}

  /** The batches from number `first` to `last`, each as it was at one moment. */
  async *read(first: number, last: number): AsyncGenerator<StoredBatch> {
    for (let next = first; next <= last;) {
      const part = await this.readPart(next, last);
      yield* part;
      const end = part.at(-1);
      if (end === undefined) return;
      next = end.checkpoint.number + 1;
    }
  }

  /** One batch, as the current transaction sees it. */
  async find(number: number): Promise<StoredBatch | null> {
    const batch = await this.batches.findByNumber(number);
    return batch === null ? null : ((await this.withRecords([batch]))[0] ?? null);
  }

  private readPart(first: number, last: number): Promise<StoredBatch[]> {
    return this.database.transaction(async () => {
      await this.batches.takeSnapshot();
      return this.withRecords(await this.batches.findPart(first, last, AT_ONCE));
    });
  }

  private async withRecords(batches: readonly SealedBatch[]): Promise<StoredBatch[]> {
    if (batches.length === 0) return [];
    const first = Math.min(...batches.map(({ checkpoint }) => checkpoint.firstSequence));
    const last = Math.max(...batches.map(({ checkpoint }) => checkpoint.lastSequence));
    const records = await this.batches.findSealed(first, last);
    return batches.map((batch) => {
      const { firstSequence, lastSequence } = batch.checkpoint;
      const isOfBatch = ({ sequence }: SealedRecord): boolean =>
        sequence >= firstSequence && sequence <= lastSequence;
      return { ...batch, records: records.filter(isOfBatch) };
    });
  }
}
