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

export class UserDisabledEvent extends UserEvent {
  readonly name = 'user.disabled';
}

export class UserEnabledEvent extends UserEvent {
  readonly name = 'user.enabled';
}

export class UserDeletedEvent extends UserEvent {
  readonly name = 'user.deleted';
}

export class UserPasswordChangedEvent extends UserEvent {
  readonly name = 'user.password-changed';
  override readonly changes = { password: { after: '***' } };
}
