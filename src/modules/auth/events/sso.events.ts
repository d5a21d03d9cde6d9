import { DomainEvent, type EventTarget } from '../../../common/events';

/** An answer of an identity provider, or of somebody who played one, was refused. */
export class SsoRefusedEvent extends DomainEvent {
  readonly name = 'sso.refused';
  override readonly outcome = 'failure';
  readonly target: EventTarget;

  constructor(
    providerId: string,
    override readonly reason: string,
  ) {
    super();
    this.target = { type: 'identity_provider', id: providerId };
  }
}

/** A code that was spent came back: it was stolen, or the client sends twice. What it had brought is dead. */
export class SsoCodeReusedEvent extends DomainEvent {
  readonly name = 'sso.code-reused';
  override readonly outcome = 'denied';
  readonly target: EventTarget;

  constructor(
    userId: string,
    override readonly sessionId: string | undefined,
  ) {
    super();
    this.target = { type: 'user', id: userId };
  }
}
