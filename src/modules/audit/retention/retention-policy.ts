import { EVENT_CATALOGUE, type EventCategory } from '../../../common/events';
import type { SealedRecord } from '../sealing/sealed-record';
import type { ActiveHold } from './audit-holds.repository';

const DAY_MS = 86_400_000;

export interface RetentionPeriods {
  /** For how many days everything is kept that has no shorter period. */
  readonly days: number;
  readonly categories: Readonly<Partial<Record<EventCategory, number>>>;
}

const CATEGORIES: ReadonlyMap<string, EventCategory> = new Map(
  Object.entries(EVENT_CATALOGUE).map(([action, { category }]) => [action, category]),
);

/** Says what is over, at one moment. */
export class RetentionPolicy {
  constructor(
    private readonly periods: RetentionPeriods,
    private readonly nowMs: number,
  ) {}

  /** Months that had ended by then leave whole. */
  get monthsEndedBy(): Date {
    return this.daysAgo(this.periods.days);
  }

  /** The events that leave before their month does, with the moment before which they are over. */
  get shortLived(): readonly { readonly action: string; readonly before: Date }[] {
    return [...CATEGORIES].flatMap(([action, category]) => {
      const days = this.periods.categories[category];
      return days === undefined ? [] : [{ action, before: this.daysAgo(days) }];
    });
  }

  /** Whether nothing is to be kept any more, of whatever category. */
  isOver({ at }: SealedRecord): boolean {
    return Date.parse(at) < this.monthsEndedBy.getTime();
  }

  /** The category whose own period is over; null for what leaves with its month. */
  categoryOver({ action, at }: SealedRecord): EventCategory | null {
    const category = CATEGORIES.get(action);
    const days = category && this.periods.categories[category];
    return days !== undefined && Date.parse(at) < this.daysAgo(days).getTime() ? (category ?? null) : null;
  }

  private daysAgo(days: number): Date {
    return new Date(this.nowMs - days * DAY_MS);
  }
}

export function isHeld({ at, actorId, targetId }: SealedRecord, holds: readonly ActiveHold[]): boolean {
  const atMs = Date.parse(at);
  return holds.some(
    ({ subjectId, fromMs, toMs }) =>
      (subjectId === null || subjectId === actorId || subjectId === targetId) &&
      (fromMs === null || atMs >= fromMs) &&
      (toMs === null || atMs < toMs),
  );
}
