import { DomainEvent, type EventTarget, type FieldChanges } from '../../../common/events';

abstract class IdentityProviderEvent extends DomainEvent {
  readonly target: EventTarget;

  constructor(
    providerId: string,
    override readonly changes: FieldChanges,
  ) {
    super();
    this.target = { type: 'identity_provider', id: providerId };
  }
}

export class IdentityProviderCreatedEvent extends IdentityProviderEvent {
  readonly name = 'identity-provider.created';
}

export class IdentityProviderUpdatedEvent extends IdentityProviderEvent {
  readonly name = 'identity-provider.updated';
}

export class IdentityProviderDeletedEvent extends IdentityProviderEvent {
  readonly name = 'identity-provider.deleted';
}

/** Somebody tried the connection out, with the stored secrets. */
export class IdentityProviderTestedEvent extends IdentityProviderEvent {
  readonly name = 'identity-provider.tested';
}
