import { DomainEvent, type EventCategory, type FieldChanges } from '../../../common/events';

interface Periods {
  readonly days: number;
  readonly categories: Readonly<Partial<Record<EventCategory, number>>>;
}

/** Somebody has what is older than so many days taken out of the trail. */
export class AuditRetiredEvent extends DomainEvent {
  readonly name = 'audit.retired';
  readonly target = { type: 'audit_trail', id: null };
  override readonly changes: FieldChanges;

  constructor({ days, categories }: Periods) {
    super();
    this.changes = { days: { after: days }, categories: { after: categories } };
  }
}
