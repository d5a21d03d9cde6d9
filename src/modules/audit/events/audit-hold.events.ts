import { DomainEvent, type EventTarget } from '../../../common/events';

/** A legal hold keeps part of the trail. */
export class AuditHoldPlacedEvent extends DomainEvent {
  readonly name = 'audit.hold-placed';
  readonly target: EventTarget;

  constructor(
    holdId: string,
    override readonly reason: string,
  ) {
    super();
    this.target = { type: 'audit_hold', id: holdId };
  }
}

/** A legal hold keeps nothing any more. */
export class AuditHoldReleasedEvent extends DomainEvent {
  readonly name = 'audit.hold-released';
  readonly target: EventTarget;

  constructor(holdId: string) {
    super();
    this.target = { type: 'audit_hold', id: holdId };
  }
}
