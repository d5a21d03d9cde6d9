import { Injectable } from '@nestjs/common';
import { AuditBatchesRepository, type SealedBatch } from './audit-batches.repository';
import type { SealedRecord } from './sealed-record';

/** Small batches are read together, up to so many events; together with one full batch that is all that is held. */
const READ_EVENTS = 1_000;
const READ_BATCHES = 50;

export interface StoredBatch extends SealedBatch {
  /** What is there of its events, in order; the same sequence twice where somebody put it there. */
  readonly records: readonly SealedRecord[];
}

/** Reads what is sealed from one end to the other, a bounded part at a time and with no connection held in between. */
@Injectable()
export class SealedTrail {
  constructor(private readonly batches: AuditBatchesRepository) {}

  /** The batches from number `first` to `last`. */
  async *read(first: number, last: number): AsyncGenerator<StoredBatch> {
    for (let next = first; next <= last;) {
      const found = await this.batches.findFrom(next, last, READ_BATCHES);
      for (const together of inParts(found)) yield* await this.withRecords(together);
      const end = found.at(-1);
      if (end === undefined) return;
      next = end.checkpoint.number + 1;
    }
  }

  private async withRecords(batches: readonly SealedBatch[]): Promise<StoredBatch[]> {
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

function inParts(batches: readonly SealedBatch[]): SealedBatch[][] {
  const parts: SealedBatch[][] = [];
  let size = Infinity;
  for (const batch of batches) {
    if (size + batch.leaves.length > READ_EVENTS) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(batch);
    size += batch.leaves.length;
  }
  return parts;
}
