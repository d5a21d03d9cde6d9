import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { BoundedQueue } from '../../../infrastructure/resilience';
import type { AuditVerdictResponse, VerifyAuditBody } from '../dto/verification.schemas';
import type { AuditProofResponse, SealingKeysResponse } from '../dto/checkpoint.response';
import { AuditVerifiedEvent } from '../events/audit-verified.event';
import { AuditReadEvent } from '../events/audit-read.event';
import { AuditEventsRepository } from '../audit-events.repository';
import { AuditBatchesRepository, type BatchSpan } from '../sealing/audit-batches.repository';
import type { Checkpoint } from '../sealing/checkpoint';
import { inclusionPath } from '../sealing/merkle-tree';
import { SealedTrail } from '../sealing/sealed-trail';
import { SealingKeysService } from '../sealing/sealing-keys.service';
import { ChainVerifier, type BadSequence, type ChainVerdict } from './chain-verifier';

interface BatchNumbers {
  readonly first: number;
  readonly last: number;
}

/** Says whether the trail is what it was when it was sealed. Reads it in parts, in bounded memory. */
@Injectable()
export class AuditVerificationService {
  /** It takes the database and a processor for as long as it runs: one at a time, and nobody waits for that. */
  private readonly runs = new BoundedQueue({ slots: 1, maxWaiting: 0 });

  constructor(
    private readonly batches: AuditBatchesRepository,
    private readonly records: AuditEventsRepository,
    private readonly trail: SealedTrail,
    private readonly keys: SealingKeysService,
    private readonly publisher: EventPublisher,
  ) {}

  async publicKeys(): Promise<SealingKeysResponse> {
    return { keys: [...(await this.keys.publicJwks())] };
  }

  /**
   * `trusted` replaces the keys of this installation, where the caller has kept them elsewhere.
   *
   * @throws DomainError `SERVICE.OVERLOADED` while another one runs
   */
  verify(body: VerifyAuditBody, trusted?: ReadonlyMap<string, KeyObject>): Promise<AuditVerdictResponse> {
    return this.runs.run(() => this.verifyNow(body, trusted));
  }

  /**
   * What proves to a holder of the public key that an event was in the trail.
   *
   * @throws DomainError `AUDIT.EVENT_NOT_FOUND`, `AUDIT.EVENT_NOT_SEALED`
   */
  async prove(eventId: string): Promise<AuditProofResponse> {
    const record = await this.records.findRecordById(eventId);
    if (record === null) throw new DomainError('AUDIT.EVENT_NOT_FOUND');
    const batch = record.batchId === null ? null : await this.batches.findById(record.batchId);
    if (batch === null) throw new DomainError('AUDIT.EVENT_NOT_SEALED', { retryAfterSeconds: 1 });
    const { checkpoint, leaves } = batch;
    const leafIndex = record.sequence - checkpoint.firstSequence;
    await this.publisher.publish(new AuditReadEvent({ type: 'audit_event', id: eventId }));
    return {
      record,
      leafIndex,
      treeSize: leaves.length,
      path: inclusionPath(leaves, leafIndex).map((hash) => hash.toString('hex')),
      checkpoint,
    };
  }

  private async verifyNow(
    { fromSequence, toSequence, checkpoint }: VerifyAuditBody,
    trusted: ReadonlyMap<string, KeyObject> | undefined,
  ): Promise<AuditVerdictResponse> {
    const keys =
      trusted ?? new Map((await this.keys.trusted()).map(({ kid, publicKey }) => [kid, publicKey]));
    const isWhole = fromSequence === undefined && toSequence === undefined;
    const newest = await this.batches.findLast();
    const span = await this.batches.findRange({ fromSequence, toSequence });
    const range = isWhole ? newest && { first: 1, last: newest.number } : upTo(span, checkpoint);
    const verdict = await this.follow(range, keys, checkpoint ?? null);
    const bad = verdict.firstBad ?? (isWhole ? await this.findStray(verdict.last) : null);
    const firstBad = earlier(bad, gapIn(span, { fromSequence, toSequence }, newest));
    const { count: unsealed } = await this.batches.countUnsealed();
    const response = {
      valid: firstBad === null,
      checked: verdict.checked,
      unsealed,
      retired: verdict.retired,
      ...(firstBad !== null && { firstBad }),
      checkpoint: verdict.last,
    };
    await this.publisher.publish(new AuditVerifiedEvent(response));
    return response;
  }

  private async follow(
    range: BatchNumbers | null,
    keys: ReadonlyMap<string, KeyObject>,
    kept: Checkpoint | null,
  ): Promise<ChainVerdict> {
    const first = range?.first ?? 1;
    const before = first === 1 ? null : (await this.batches.findByNumber(first - 1))?.checkpoint;
    const verifier = new ChainVerifier({ keys, before, kept });
    if (range !== null) {
      for await (const batch of this.trail.read(first, range.last)) if (!verifier.accept(batch)) break;
    }
    const verdict = verifier.finish();
    if (before !== undefined) return verdict;
    return { ...verdict, firstBad: earlier(await this.lackBefore(first), verdict.firstBad) };
  }

  /** No batch is ever taken out, whatever leaves of its events: one that follows nothing says that some are gone. */
  private async lackBefore(number: number): Promise<BadSequence | null> {
    const checkpoint = (await this.batches.findByNumber(number))?.checkpoint;
    return checkpoint ? { sequence: checkpoint.firstSequence - 1, reason: 'checkpoint_missing' } : null;
  }

  /** Events that claim a place in the chain which no checkpoint gives them. */
  private async findStray(last: Checkpoint | null): Promise<BadSequence | null> {
    const sequence = await this.batches.findStraySequence(last?.lastSequence ?? 0);
    return sequence === null ? null : { sequence, reason: 'event_inserted' };
  }
}

/** Batches that are gone at an end of what was asked for: those that are left hold together without them. */
function gapIn(
  span: BatchSpan | null,
  { fromSequence: from = 1, toSequence = Infinity }: Pick<VerifyAuditBody, 'fromSequence' | 'toSequence'>,
  newest: Checkpoint | null,
): BadSequence | null {
  const to = Math.min(toSequence, newest?.lastSequence ?? 0);
  if (from > to) return null;
  if (span === null || span.firstSequence > from) return { sequence: from, reason: 'checkpoint_missing' };
  return span.lastSequence < to ? { sequence: span.lastSequence + 1, reason: 'checkpoint_missing' } : null;
}

function earlier(one: BadSequence | null, other: BadSequence | null): BadSequence | null {
  if (one === null || other === null) return one ?? other;
  return other.sequence < one.sequence ? other : one;
}

/** A checkpoint that was kept is looked for, wherever it lies: beside the range it would be believed, or thought cut off. */
function upTo(range: BatchNumbers | null, kept: Checkpoint | undefined): BatchNumbers | null {
  if (kept === undefined) return range;
  const { first, last } = range ?? { first: kept.number, last: kept.number };
  return { first: Math.min(first, kept.number), last: Math.max(last, kept.number) };
}
