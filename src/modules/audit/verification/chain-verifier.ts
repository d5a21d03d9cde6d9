import type { KeyObject } from 'node:crypto';
import {
  checkpointHash,
  isCheckpointSigned,
  NO_CHECKPOINT_BEFORE,
  type Checkpoint,
} from '../sealing/checkpoint';
import { merkleRoot } from '../sealing/merkle-tree';
import { isRetirementSigned, retiredPlaces } from '../sealing/retirement';
import { leafOf } from '../sealing/sealed-record';
import type { StoredBatch } from '../sealing/sealed-trail';

/** What the chain covers of a batch. */
type ProvenBatch = Omit<StoredBatch, 'month'>;

export const DEFECTS = [
  'event_altered',
  'event_missing',
  'event_inserted',
  'leaves_altered',
  'retirement_altered',
  'checkpoint_altered',
  'checkpoint_missing',
  'checkpoint_differs',
  'chain_broken',
  'unknown_key',
  'truncated',
] as const;
export type Defect = (typeof DEFECTS)[number];

export interface BadSequence {
  readonly sequence: number;
  readonly reason: Defect;
}

export interface ChainVerdict {
  /** How many events are there as they were sealed. */
  readonly checked: number;
  /** How many are not there any more because their time was over. */
  readonly retired: number;
  readonly firstBad: BadSequence | null;
  /** The last checkpoint that was reached. */
  readonly last: Checkpoint | null;
}

export interface ChainExpectations {
  /** The keys that may sign, by their ids. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** The checkpoint before the first batch; null where the first is the very first; undefined where it is unknown. */
  readonly before: Checkpoint | null | undefined;
  /** A checkpoint that was kept elsewhere: it must be in the chain, and the chain must reach it. */
  readonly kept: Checkpoint | null;
  /** Where it must begin and end, if that is known. */
  readonly span?: ChainSpan;
}

interface Place {
  /** Of the checkpoint. */
  readonly number: number;
  readonly sequence: number;
}

export interface ChainSpan {
  readonly first: Place;
  readonly lastNumber: number;
}

/** Follows the chain, batch by batch, up to the first thing that is wrong. */
export class ChainVerifier {
  private checked = 0;
  private retired = 0;
  private firstBad: BadSequence | null = null;
  private last: Checkpoint | null | undefined;

  constructor(private readonly expected: ChainExpectations) {
    this.last = expected.before;
  }

  /** False once something is wrong: nothing behind it tells anything. */
  accept(batch: ProvenBatch): boolean {
    this.firstBad =
      this.defectOfCheckpoint(batch) ?? this.defectOfRetirement(batch) ?? this.defectOfEvents(batch);
    if (this.firstBad !== null) return false;
    this.last = batch.checkpoint;
    return true;
  }

  finish(): ChainVerdict {
    const { checked, retired, last = null } = this;
    const cutOff: BadSequence = { sequence: this.next()?.sequence ?? 1, reason: 'truncated' };
    return { checked, retired, firstBad: this.firstBad ?? (this.isCutOff() ? cutOff : null), last };
  }

  private defectOfCheckpoint(batch: ProvenBatch): BadSequence | null {
    const { number, firstSequence } = batch.checkpoint;
    const next = this.next();
    const follows = next === null || (number === next.number && firstSequence === next.sequence);
    if (!follows) return { sequence: next.sequence, reason: 'checkpoint_missing' };
    const { span } = this.expected;
    if (span && number > span.lastNumber) return { sequence: firstSequence, reason: 'event_inserted' };
    const reason =
      this.defectOfSignature(batch.checkpoint) ??
      this.defectOfChain(batch.checkpoint) ??
      defectOfLeaves(batch);
    return reason === null ? null : { sequence: firstSequence, reason };
  }

  private defectOfSignature(checkpoint: Checkpoint): Defect | null {
    const key = this.expected.keys.get(checkpoint.kid);
    if (key === undefined) return 'unknown_key';
    return isCheckpointSigned(checkpoint, key) ? null : 'checkpoint_altered';
  }

  private defectOfChain(checkpoint: Checkpoint): Defect | null {
    const { last } = this;
    const before = last === null ? NO_CHECKPOINT_BEFORE : last && checkpointHash(last);
    if (before !== undefined && checkpoint.previous !== before) return 'chain_broken';
    const { kept } = this.expected;
    const isOther = kept?.number === checkpoint.number && checkpointHash(kept) !== checkpointHash(checkpoint);
    return isOther ? 'checkpoint_differs' : null;
  }

  private defectOfRetirement({ checkpoint, retirement }: ProvenBatch): BadSequence | null {
    if (retirement === null) return null;
    const key = this.expected.keys.get(retirement.kid);
    const isOurs = key !== undefined && isRetirementSigned(retirement, key);
    const isOfBatch = retirement.checkpoint === checkpointHash(checkpoint);
    if (isOurs && isOfBatch) return null;
    return { sequence: checkpoint.firstSequence, reason: 'retirement_altered' };
  }

  private defectOfEvents({ checkpoint, leaves, records, retirement }: ProvenBatch): BadSequence | null {
    const retired = retiredPlaces(retirement);
    let next = 0;
    for (const [place, leaf] of leaves.entries()) {
      const sequence = checkpoint.firstSequence + place;
      if (!retired.has(place)) {
        const record = records[next];
        if (record?.sequence !== sequence) return { sequence, reason: 'event_missing' };
        if (!leafOf(record).equals(leaf)) return { sequence, reason: 'event_altered' };
        next++;
        this.checked++;
      }
      if (records[next]?.sequence === sequence) return { sequence, reason: 'event_inserted' };
    }
    this.retired += retired.size;
    const surplus = records[next];
    return surplus === undefined ? null : { sequence: surplus.sequence, reason: 'event_inserted' };
  }

  private isCutOff(): boolean {
    const { kept, span } = this.expected;
    return Math.max(kept?.number ?? 0, span?.lastNumber ?? 0) > (this.last?.number ?? 0);
  }

  /** Where the next batch must be; null where anything may come first. */
  private next(): Place | null {
    const { last } = this;
    if (last === undefined) return this.expected.span?.first ?? null;
    return { number: (last?.number ?? 0) + 1, sequence: (last?.lastSequence ?? 0) + 1 };
  }
}

function defectOfLeaves({ checkpoint, leaves }: ProvenBatch): Defect | null {
  const { firstSequence, lastSequence, root } = checkpoint;
  const isComplete = leaves.length > 0 && leaves.length === lastSequence - firstSequence + 1;
  return isComplete && merkleRoot(leaves).toString('hex') === root ? null : 'leaves_altered';
}
