import { Injectable } from '@nestjs/common';
import { EventPublisher } from '../../../common/events';
import { Clock } from '../../../infrastructure/clock';
import { Database } from '../../../infrastructure/database';
import { AuditRetiredEvent } from '../events/audit-retired.event';
import { checkpointHash } from '../sealing/checkpoint';
import { bitsOf, retiredPlaces, signRetirement, type Retirement } from '../sealing/retirement';
import type { SealedRecord } from '../sealing/sealed-record';
import { SealedTrail, type StoredBatch } from '../sealing/sealed-trail';
import { SealingKeysService, type SealingKey } from '../sealing/sealing-keys.service';
import { ChainVerifier, type BadSequence } from '../verification/chain-verifier';
import { AuditHoldsRepository, type ActiveHold } from './audit-holds.repository';
import { AuditRetirementsRepository, type RetirementOfBatch } from './audit-retirements.repository';

const DAY_MS = 86_400_000;

export interface RetentionReport {
  /** The months that left, and how many events each still had. */
  readonly months: readonly { readonly month: string; readonly events: number }[];
  /** The first event that is not what was sealed: what is of its batch or its month stays. */
  readonly firstBad: BadSequence | null;
}

/** What one run goes by. */
interface Run {
  readonly beforeMs: number;
  readonly key: SealingKey;
  readonly trusted: ReadonlyMap<string, SealingKey['publicKey']>;
  readonly retiredAt: string;
  readonly isDryRun: boolean;
}

/**
 * Takes events out of the trail whose time is over, and signs which. Nothing is signed but what is there as it was
 * sealed, so no retirement ever covers what somebody else took out. Works under the login of the owner alone.
 */
@Injectable()
export class AuditRetentionService {
  constructor(
    private readonly retirements: AuditRetirementsRepository,
    private readonly holds: AuditHoldsRepository,
    private readonly trail: SealedTrail,
    private readonly keys: SealingKeysService,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly events: EventPublisher,
  ) {}

  /** Retires the months that ended `days` ago and are under no hold; a dry run only says which. */
  async retain(days: number, { isDryRun = false } = {}): Promise<RetentionReport> {
    if (!isDryRun) await this.events.publish(new AuditRetiredEvent(days));
    const run = await this.begin(days, isDryRun);
    const months: { month: string; events: number }[] = [];
    let firstBad: BadSequence | null = null;
    for (const month of await this.retirements.findEndedMonths(new Date(run.beforeMs))) {
      const outcome = await this.retireMonth(month, run);
      if (typeof outcome === 'number') months.push({ month, events: outcome });
      else firstBad ??= outcome;
    }
    return { months, firstBad };
  }

  /** Whoever owns the database may set its clock, and this machine's may be wrong: the earlier of both is believed. */
  private async begin(days: number, isDryRun: boolean): Promise<Run> {
    const nowMs = Math.min(this.clock.nowMs(), await this.retirements.nowMs());
    const key = await this.keys.current();
    const trusted = new Map((await this.keys.trusted()).map(({ kid, publicKey }) => [kid, publicKey]));
    const retiredAt = this.clock.now().toISOString();
    return { beforeMs: nowMs - days * DAY_MS, key, trusted, retiredAt, isDryRun };
  }

  /** How many events left with the month; null where it stays, or why it cannot go. */
  private async retireMonth(month: string, run: Run): Promise<number | BadSequence | null> {
    const holds = await this.holds.findActive();
    const signed: RetirementOfBatch[] = [];
    let events = 0;
    // Sealing waits for transactions that write: a month is read and signed before there is one.
    for await (const batch of this.batchesOf(month)) {
      const defect = defectOf(batch, run);
      if (defect !== null) return defect;
      const mustStay = (record: SealedRecord): boolean => !isOver(record, run) || isHeld(record, holds);
      if (batch.records.some(mustStay)) return null;
      if (batch.records.length === 0) continue;
      signed.push({ number: batch.checkpoint.number, retirement: retirementOf(batch, batch.records, run) });
      events += batch.records.length;
    }
    return run.isDryRun || (await this.takeOut(month, signed, events, holds)) ? events : null;
  }

  private async *batchesOf(month: string): AsyncGenerator<StoredBatch> {
    const span = await this.retirements.findSpan(month);
    if (span === null) return;
    for await (const batch of this.trail.read(span.first, span.last)) if (batch.month === month) yield batch;
  }

  /** False where a hold was placed in the meantime: the next run will look at it. */
  private takeOut(
    month: string,
    signed: readonly RetirementOfBatch[],
    events: number,
    known: readonly ActiveHold[],
  ): Promise<boolean> {
    return this.database.transaction(async () => {
      const ids = new Set(known.map(({ id }) => id));
      if ((await this.holds.lockActive()).some(({ id }) => !ids.has(id))) return false;
      await this.retirements.save(signed);
      await this.retirements.detachMonth(month, events);
      return true;
    });
  }
}

/** Of one batch by itself: that it has its place in the chain is for verification to say. */
function defectOf(batch: StoredBatch, { trusted }: Run): BadSequence | null {
  const verifier = new ChainVerifier({ keys: trusted, before: undefined, kept: null });
  verifier.accept(batch);
  return verifier.finish().firstBad;
}

function isOver({ at }: SealedRecord, { beforeMs }: Run): boolean {
  return Date.parse(at) < beforeMs;
}

function isHeld({ at, actorId, targetId }: SealedRecord, holds: readonly ActiveHold[]): boolean {
  const atMs = Date.parse(at);
  return holds.some(
    ({ subjectId, fromMs, toMs }) =>
      (subjectId === null || subjectId === actorId || subjectId === targetId) &&
      (fromMs === null || atMs >= fromMs) &&
      (toMs === null || atMs < toMs),
  );
}

/** Of `going`, and of what went before. */
function retirementOf(batch: StoredBatch, going: readonly SealedRecord[], run: Run): Retirement {
  const { checkpoint, leaves, retirement } = batch;
  const places = going.map(({ sequence }) => sequence - checkpoint.firstSequence);
  const body = {
    version: 1,
    checkpoint: checkpointHash(checkpoint),
    retired: bitsOf([...retiredPlaces(retirement), ...places], leaves.length),
    retiredAt: run.retiredAt,
    kid: run.key.kid,
  } as const;
  return signRetirement(body, run.key.privateKey);
}
