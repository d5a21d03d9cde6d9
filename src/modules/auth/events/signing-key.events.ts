import { DomainEvent, type EventTarget } from '../../../common/events';

abstract class SigningKeyEvent extends DomainEvent {
  readonly target: EventTarget;

  constructor(kid: string) {
    super();
    this.target = { type: 'signing_key', id: kid };
  }
}

export class SigningKeyPublishedEvent extends SigningKeyEvent {
  readonly name = 'signing-key.published';
}

/** The key signs from now on, and the one before it no longer. */
export class SigningKeyActivatedEvent extends SigningKeyEvent {
  readonly name = 'signing-key.activated';
}

/** Every token that the key signed is dead. */
export class SigningKeyRevokedEvent extends SigningKeyEvent {
  readonly name = 'signing-key.revoked';
}

/** The last token that the key signed has died, and the key with it. */
export class SigningKeyRemovedEvent extends SigningKeyEvent {
  readonly name = 'signing-key.removed';
}
