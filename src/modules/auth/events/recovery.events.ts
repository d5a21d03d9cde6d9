import { DomainEvent, type EventTarget } from '../../../common/events';

abstract class RecoveryEvent extends DomainEvent {
  readonly target: EventTarget;

  constructor(readonly userId: string) {
    super();
    this.target = { type: 'user', id: userId };
  }
}

/** Who brings back a token from a mail is the owner of the account, though no access token says so. */
abstract class OwnRecoveryEvent extends RecoveryEvent {
  override readonly actor: EventTarget;

  constructor(userId: string) {
    super(userId);
    this.actor = { type: 'user', id: userId };
  }
}

export class PasswordResetRequestedEvent extends RecoveryEvent {
  readonly name = 'user.password-reset-requested';
}

export class PasswordResetEvent extends OwnRecoveryEvent {
  readonly name = 'user.password-reset';
}

export class PasswordResetDemandedEvent extends RecoveryEvent {
  readonly name = 'user.password-reset-demanded';
}

export class UserInvitedEvent extends RecoveryEvent {
  readonly name = 'user.invited';
}

export class InvitationAcceptedEvent extends OwnRecoveryEvent {
  readonly name = 'user.invitation-accepted';
}

export class EmailChangeRequestedEvent extends RecoveryEvent {
  readonly name = 'user.email-change-requested';
}
