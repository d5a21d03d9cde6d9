import { DomainEvent, type EventTarget, type FieldChanges } from '../../../common/events';

/** Somebody read the trail, or one event of it. */
export class AuditReadEvent extends DomainEvent {
  readonly name = 'audit.read';
  override readonly changes?: FieldChanges;

  constructor(
    readonly target: EventTarget,
    filters: Readonly<Record<string, string | undefined>> = {},
  ) {
    super();
    if (Object.keys(filters).length > 0) this.changes = { filters: { after: filters } };
  }
}
