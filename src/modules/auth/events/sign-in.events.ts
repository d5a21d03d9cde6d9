import { DomainEvent, type EventTarget, type FieldChanges } from '../../../common/events';

/** A sign-in that was refused. The client learns nothing of the reason; the trail does. */
export class SignInFailedEvent extends DomainEvent {
  readonly name = 'sign_in.failed';
  override readonly outcome = 'failure';
  readonly target: EventTarget;
  override readonly typedName: string | undefined;
  override readonly changes: FieldChanges;

  constructor(
    override readonly reason: string,
    userId: string | null,
    typedName: string,
    /** What was to be proved, by RFC 8176. */
    readonly method = 'pwd',
  ) {
    super();
    this.changes = { method: { after: method } };
    this.target = { type: 'user', id: userId };
    this.typedName = userId === null ? typedName : undefined;
  }
}

export class AccountUnlockedEvent extends DomainEvent {
  readonly name = 'user.unlocked';
  readonly target: EventTarget;
  override readonly changes: FieldChanges | undefined;

  constructor(
    userId: string,
    wasLockedByAdministrator: boolean,
    override readonly actor?: EventTarget,
  ) {
    super();
    this.target = { type: 'user', id: userId };
    if (wasLockedByAdministrator) this.changes = { status: { before: 'locked', after: 'active' } };
  }
}

/** Too many failed sign-ins: further ones are refused, right or wrong, until the lock has passed. */
export class AccountLockedOutEvent extends DomainEvent {
  readonly name = 'user.locked-out';
  override readonly outcome = 'denied';
  readonly target: EventTarget;

  constructor(userId: string) {
    super();
    this.target = { type: 'user', id: userId };
  }
}
