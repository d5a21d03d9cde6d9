import { DomainEvent, type FieldChanges } from '../../../common/events';

abstract class IdentityEvent extends DomainEvent {
  readonly target: { readonly type: 'user'; readonly id: string };
  override readonly changes: FieldChanges;

  constructor(
    readonly userId: string,
    providerId: string,
    side: 'before' | 'after',
  ) {
    super();
    this.target = { type: 'user', id: userId };
    this.changes = { providerId: { [side]: providerId } };
  }
}

/** Whoever the provider says this is signs in to the account from now on. */
export class IdentityLinkedEvent extends IdentityEvent {
  readonly name = 'identity.linked';

  constructor(userId: string, providerId: string) {
    super(userId, providerId, 'after');
  }
}

export class IdentityUnlinkedEvent extends IdentityEvent {
  readonly name = 'identity.unlinked';

  constructor(userId: string, providerId: string) {
    super(userId, providerId, 'before');
  }
}
