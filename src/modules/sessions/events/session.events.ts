import { DomainEvent, type EventTarget } from '../../../common/events';

abstract class SessionEvent extends DomainEvent {
  readonly target: EventTarget;

  constructor(id: string) {
    super();
    this.target = { type: 'session', id };
  }
}

/** What happens to a session before its owner has an access token that says so. */
abstract class OwnSessionEvent extends SessionEvent {
  override readonly actor: EventTarget;
  override readonly sessionId: string;

  constructor(id: string, userId: string) {
    super(id);
    this.actor = { type: 'user', id: userId };
    this.sessionId = id;
  }
}

export class SessionStartedEvent extends OwnSessionEvent {
  readonly name = 'session.started';
}

export class SessionRefreshedEvent extends OwnSessionEvent {
  readonly name = 'session.refreshed';
}

export class SessionEndedEvent extends SessionEvent {
  readonly name = 'session.ended';

  constructor(
    id: string,
    override readonly reason: string,
    override readonly actor: EventTarget | undefined,
  ) {
    super(id);
  }
}

/** A spent refresh token came back: somebody else has a copy, so the whole family is dead. */
export class RefreshTokenReusedEvent extends SessionEvent {
  readonly name = 'refresh_token.reused';
  override readonly outcome = 'denied';
  override readonly reason = 'refresh_reuse';
  override readonly sessionId: string;

  constructor(id: string) {
    super(id);
    this.sessionId = id;
  }
}
