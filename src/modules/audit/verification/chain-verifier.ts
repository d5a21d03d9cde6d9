import type { KeyObject } from 'node:crypto';
import { checkpointHash, isSignedBy, NO_CHECKPOINT_BEFORE, type Checkpoint } from '../sealing/checkpoint';
import { merkleRoot } from '../sealing/merkle-tree';
import { leafOf, type SealedRecord } from '../sealing/sealed-record';
import type { StoredBatch } from '../sealing/sealed-trail';

export const DEFECTS = [
  'event_altered',
  'event_missing',
  'event_inserted',
  'leaves_altered',
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
}

interface Missing {
  readonly firstSequence: number;
  count: number;
}

/** Follows the chain, batch by batch, up to the first thing that is wrong. */
export class ChainVerifier {
  private checked = 0;
  private firstBad: BadSequence | null = null;
  private last: Checkpoint | null | undefined;
  private readonly missing = new Map<string, Missing>();

  constructor(private readonly expected: ChainExpectations) {
    this.last = expected.before;
  }

  /** False once something is wrong: nothing behind it tells anything. */
  accept(batch: StoredBatch): boolean {
    this.firstBad = this.defectOfCheckpoint(batch) ?? this.defectOfEvents(batch);
    if (this.firstBad !== null) return false;
    this.last = batch.checkpoint;
    return true;
  }

  /** `retired` says how many events of each month may be missing. */
  finish(retired: ReadonlyMap<string, number>): ChainVerdict {
    const excess = [...this.missing].filter(([month, { count }]) => count > (retired.get(month) ?? 0));
    const findings = excess.map(([, { firstSequence }]): BadSequence => ({
      sequence: firstSequence,
      reason: 'event_missing',
    }));
    if (this.firstBad !== null) findings.push(this.firstBad);
    else if (this.isCutOff()) findings.push({ sequence: this.nextSequence(), reason: 'truncated' });
    return {
      checked: this.checked,
      retired: [...this.missing.values()].reduce((sum, { count }) => sum + count, 0),
      firstBad: findings.sort((a, b) => a.sequence - b.sequence)[0] ?? null,
      last: this.last ?? null,
    };
  }

  private defectOfCheckpoint(batch: StoredBatch): BadSequence | null {
    const { number, firstSequence } = batch.checkpoint;
    const { last } = this;
    const next = this.nextSequence();
    const follows = last === undefined || (number === (last?.number ?? 0) + 1 && firstSequence === next);
    if (!follows) return { sequence: next, reason: 'checkpoint_missing' };
    const reason =
      this.defectOfSignature(batch.checkpoint) ??
      this.defectOfChain(batch.checkpoint) ??
      defectOfLeaves(batch);
    return reason === null ? null : { sequence: firstSequence, reason };
  }

  private defectOfSignature(checkpoint: Checkpoint): Defect | null {
    const key = this.expected.keys.get(checkpoint.kid);
    if (key === undefined) return 'unknown_key';
    return isSignedBy(checkpoint, key) ? null : 'checkpoint_altered';
  }

  private defectOfChain(checkpoint: Checkpoint): Defect | null {
    const { last } = this;
    const before = last === null ? NO_CHECKPOINT_BEFORE : last && checkpointHash(last);
    if (before !== undefined && checkpoint.previous !== before) return 'chain_broken';
    const { kept } = this.expected;
    const isOther = kept?.number === checkpoint.number && checkpointHash(kept) !== checkpointHash(checkpoint);
    return isOther ? 'checkpoint_differs' : null;
  }

  private defectOfEvents({ checkpoint, leaves, records, month }: StoredBatch): BadSequence | null {
    if (records.length > 0) return this.defectAmong(records, leaves, checkpoint);
    this.miss(month, checkpoint.firstSequence, leaves.length);
    return null;
  }

  /** Retention takes whole months, and a batch is of one: what is missing beside others was taken out by somebody. */
  private defectAmong(
    records: readonly SealedRecord[],
    leaves: readonly Buffer[],
    { firstSequence }: Checkpoint,
  ): BadSequence | null {
    let next = 0;
    for (const [index, leaf] of leaves.entries()) {
      const sequence = firstSequence + index;
      const record = records[next];
      if (record?.sequence !== sequence) return { sequence, reason: 'event_missing' };
      if (!leafOf(record).equals(leaf)) return { sequence, reason: 'event_altered' };
      next++;
      if (records[next]?.sequence === sequence) return { sequence, reason: 'event_inserted' };
      this.checked++;
    }
    const surplus = records[next];
    return surplus === undefined ? null : { sequence: surplus.sequence, reason: 'event_inserted' };
  }

  private miss(month: string, firstSequence: number, count: number): void {
    const missing = this.missing.get(month);
    if (missing === undefined) this.missing.set(month, { firstSequence, count });
    else missing.count += count;
  }

  private isCutOff(): boolean {
    const { kept } = this.expected;
    return kept !== null && kept.number > (this.last?.number ?? 0);
  }

  private nextSequence(): number {
    return (this.last?.lastSequence ?? 0) + 1;
  }
}

function defectOfLeaves({ checkpoint, leaves }: StoredBatch): Defect | null {
  const { firstSequence, lastSequence, root } = checkpoint;
  const isComplete = leaves.length > 0 && leaves.length === lastSequence - firstSequence + 1;
  return isComplete && merkleRoot(leaves).toString('hex') === root ? null : 'leaves_altered';
}
