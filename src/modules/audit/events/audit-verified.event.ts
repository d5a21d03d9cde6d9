import { DomainEvent, type EventOutcome, type FieldChanges } from '../../../common/events';

interface Verdict {
  readonly valid: boolean;
  readonly checked: number;
  readonly firstBad?: { readonly sequence: number; readonly reason: string };
}

/** Somebody had the trail verified. */
export class AuditVerifiedEvent extends DomainEvent {
  readonly name = 'audit.verified';
  readonly target = { type: 'audit_trail', id: null };
  override readonly outcome: EventOutcome;
  override readonly reason: string | undefined;
  override readonly changes: FieldChanges;

  constructor({ valid, checked, firstBad }: Verdict) {
    super();
    this.outcome = valid ? 'success' : 'failure';
    this.reason = firstBad?.reason;
    this.changes = {
      checked: { after: checked },
      ...(firstBad && { firstBad: { after: firstBad.sequence } }),
    };
  }
}
