import { DomainEvent, type FieldChanges } from '../../../common/events';

abstract class UserEvent extends DomainEvent {
  readonly target: { readonly type: 'user'; readonly id: string };

  constructor(readonly userId: string) {
    super();
    this.target = { type: 'user', id: userId };
  }
}

export class UserCreatedEvent extends UserEvent {
  readonly name = 'user.created';

  constructor(
    userId: string,
    override readonly personalChanges: FieldChanges,
  ) {
    super(userId);
  }
}

export class UserUpdatedEvent extends UserEvent {
  readonly name = 'user.updated';

  constructor(
    userId: string,
    override readonly personalChanges: FieldChanges,
  ) {
    super(userId);
  }
}

abstract class UserStatusEvent extends UserEvent {
  override readonly changes: FieldChanges;

  constructor(userId: string, before: string, after: string) {
    super(userId);
    this.changes = { status: { before, after } };
  }
}

export class UserDisabledEvent extends UserStatusEvent {
  readonly name = 'user.disabled';
}

export class UserEnabledEvent extends UserStatusEvent {
  readonly name = 'user.enabled';
}

/** An administrator keeps the owner out for a while. The reason is theirs, and names nobody. */
export class UserLockedEvent extends UserEvent {
  readonly name = 'user.locked';
  override readonly changes: FieldChanges;

  constructor(
    userId: string,
    override readonly reason: string,
    before: { readonly status: string; readonly until: Date | null },
    until: Date | null,
  ) {
    super(userId);
    this.changes = {
      status: { before: before.status, after: 'locked' },
      ...(until?.getTime() !== before.until?.getTime() && {
        lockedUntil: { before: before.until?.toISOString() ?? null, after: until?.toISOString() ?? null },
      }),
    };
  }
}

export class UserDeletedEvent extends UserEvent {
  readonly name = 'user.deleted';

  constructor(
    userId: string,
    override readonly personalChanges: FieldChanges,
  ) {
    super(userId);
  }
}

export class UserPasswordChangedEvent extends UserEvent {
  readonly name = 'user.password-changed';
  override readonly changes = { password: { after: '***' } };
}

/** The owner has read what was sent to the address. */
export class UserEmailVerifiedEvent extends UserEvent {
  readonly name = 'user.email-verified';
}

/** The owner moved the account to another address, or back to the one that it had. */
export class UserEmailChangedEvent extends UserEvent {
  readonly name = 'user.email-changed';

  constructor(
    userId: string,
    override readonly personalChanges: FieldChanges,
  ) {
    super(userId);
  }
}
