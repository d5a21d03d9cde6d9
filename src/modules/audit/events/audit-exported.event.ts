import { DomainEvent, type FieldChanges } from '../../../common/events';

/** Somebody took a copy of the trail, with the personal data in it. */
export class AuditExportedEvent extends DomainEvent {
  readonly name = 'audit.exported';
  readonly target = { type: 'audit_trail', id: null };
  override readonly changes?: FieldChanges;

  constructor(range: Readonly<Record<string, string | undefined>>) {
    super();
    if (Object.keys(range).length > 0) this.changes = { range: { after: range } };
  }
}
