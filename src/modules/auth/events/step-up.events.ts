import { DomainEvent, type EventTarget, type FieldChanges } from '../../../common/events';

abstract class StepUpEvent extends DomainEvent {
  readonly target: EventTarget;

  constructor(userId: string) {
    super();
    this.target = { type: 'user', id: userId };
  }
}

/** Somebody with a live session failed to prove who they are once more. */
export class StepUpFailedEvent extends StepUpEvent {
  readonly name = 'step_up.failed';
  override readonly outcome = 'failure';

  constructor(
    userId: string,
    override readonly reason: string,
  ) {
    super(userId);
  }
}

export class StepUpSucceededEvent extends StepUpEvent {
  readonly name = 'step_up.succeeded';
  override readonly changes: FieldChanges;

  constructor(userId: string, method: string) {
    super(userId);
    this.changes = { method: { after: method } };
  }
}
