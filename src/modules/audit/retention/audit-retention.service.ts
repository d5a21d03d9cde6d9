import { Injectable } from '@nestjs/common';
import { EventPublisher, type EventCategory } from '../../../common/events';
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
import { isHeld, RetentionPolicy, type RetentionPeriods } from './retention-policy';

export interface RetentionReport {
  /** The months (`2026-11-01`) that left, and how many events each still had. */
  readonly months: ReadonlyMap<string, number>;
  /** How many events of a category left before their month. */
  readonly categories: ReadonlyMap<EventCategory, number>;
  /** The first event that is not what was sealed: what is of its batch or its month stays. */
  readonly firstBad: BadSequence | null;
}

/** What one run goes by. */
interface Run {
  readonly policy: RetentionPolicy;
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

  /**
   * Retires the months whose time is over and that hold nothing under a legal hold, and then, one by one, the events
   * whose category has a shorter period. A dry run only says which.
   */
  async retain(periods: RetentionPeriods, { isDryRun = false } = {}): Promise<RetentionReport> {
    if (!isDryRun) await this.events.publish(new AuditRetiredEvent(periods));
    const run = await this.begin(periods, isDryRun);
    const defects: BadSequence[] = [];
    const months = await this.retireMonths(run, defects);
    const categories = await this.retireCategories(run, months, defects);
    return { months, categories, firstBad: defects.sort((a, b) => a.sequence - b.sequence)[0] ?? null };
  }

  /** Whoever owns the database may set its clock, and this machine's may be wrong: the earlier of both is believed. */
  private async begin(periods: RetentionPeriods, isDryRun: boolean): Promise<Run> {
    const nowMs = Math.min(this.clock.nowMs(), await this.retirements.nowMs());
    const key = await this.keys.current();
    const trusted = new Map((await this.keys.trusted()).map(({ kid, publicKey }) => [kid, publicKey]));
    const retiredAt = new Date(nowMs).toISOString();
    return { policy: new RetentionPolicy(periods, nowMs), key, trusted, retiredAt, isDryRun };
  }

  private async retireMonths(run: Run, defects: BadSequence[]): Promise<Map<string, number>> {
    const months = new Map<string, number>();
    for (const month of await this.retirements.findEndedMonths(run.policy.monthsEndedBy)) {
      const outcome = await this.retireMonth(month, run);
      if (typeof outcome === 'number') months.set(month, outcome);
      else if (outcome !== null) defects.push(outcome);
    }
    return months;
  }

  private async retireCategories(
    run: Run,
    months: ReadonlyMap<string, number>,
    defects: BadSequence[],
  ): Promise<Map<EventCategory, number>> {
    const categories = new Map<EventCategory, number>();
    for (const { number, month } of await this.retirements.findBatchesWith(run.policy.shortLived)) {
      if (months.has(month)) continue; // a dry run left it
      const { retired, defect } = await this.retireFrom(number, run);
      for (const category of retired) categories.set(category, (categories.get(category) ?? 0) + 1);
      if (defect !== null) defects.push(defect);
    }
    return categories;
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
      const mustStay = (record: SealedRecord): boolean => !run.policy.isOver(record) || isHeld(record, holds);
      if (batch.records.some(mustStay)) return null;
      if (batch.records.length === 0) continue;
      signed.push({ number: batch.checkpoint.number, retirement: retirementOf(batch, batch.records, run) });
      events += batch.records.length;
    }
    return run.isDryRun || (await this.takeOut(month, signed, events, holds)) ? events : null;
  }

  /** The categories of the events that left a batch. Short: sealing waits for transactions that write. */
  private retireFrom(
    number: number,
    run: Run,
  ): Promise<{ retired: readonly EventCategory[]; defect: BadSequence | null }> {
    return this.database.transaction(async () => {
      const holds = await this.holds.lockActive();
      const batch = await this.trail.find(number);
      const defect = batch === null ? null : defectOf(batch, run);
      if (batch === null || defect !== null) return { retired: [], defect };
      const going = batch.records.filter(
        (record) => run.policy.categoryOver(record) !== null && !isHeld(record, holds),
      );
      if (going.length > 0 && !run.isDryRun) {
        await this.retirements.save([{ number, retirement: retirementOf(batch, going, run) }]);
        await this.retirements.deleteEvents(going, batch.month);
      }
      return { retired: going.flatMap((record) => run.policy.categoryOver(record) ?? []), defect };
    });
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
