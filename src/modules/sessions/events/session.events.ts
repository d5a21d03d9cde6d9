import { DomainEvent, type EventTarget, type FieldChanges } from '../../../common/events';

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
  /** Of the authentication behind it, by RFC 8176. */
  readonly method: string;
  override readonly changes: FieldChanges;

  constructor(id: string, userId: string, methods: readonly string[]) {
    super(id, userId);
    this.method = methods.join('+');
    this.changes = { method: { after: this.method } };
  }
}

/** A refresh token was exchanged, or, by an honest retry, exchanged once more for the same successor. */
export class SessionRefreshedEvent extends OwnSessionEvent {
  readonly name = 'session.refreshed';

  constructor(
    id: string,
    userId: string,
    override readonly reason?: 'retried',
  ) {
    super(id, userId);
  }
}

/** Somebody proved who they are and got no session: they have as many as they may. */
export class SessionRefusedEvent extends DomainEvent {
  readonly name = 'session.refused';
  override readonly outcome = 'denied';
  override readonly reason = 'limit_reached';
  readonly target: EventTarget;
  override readonly actor: EventTarget;
  readonly method: string;
  override readonly changes: FieldChanges;

  constructor(userId: string, methods: readonly string[]) {
    super();
    this.target = { type: 'user', id: userId };
    this.actor = this.target;
    this.method = methods.join('+');
    this.changes = { method: { after: this.method } };
  }
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

  constructor(
    id: string,
    /** Who must be told. */
    readonly userId: string,
  ) {
    super(id);
    this.sessionId = id;
  }
}
