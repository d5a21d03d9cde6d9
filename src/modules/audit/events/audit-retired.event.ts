import { DomainEvent, type FieldChanges } from '../../../common/events';

/** Somebody has what is older than so many days taken out of the trail. */
export class AuditRetiredEvent extends DomainEvent {
  readonly name = 'audit.retired';
  readonly target = { type: 'audit_trail', id: null };
  override readonly changes: FieldChanges;

  constructor(days: number) {
    super();
    this.changes = { days: { after: days } };
  }
}
