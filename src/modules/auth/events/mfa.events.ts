import { DomainEvent, type EventTarget, type FieldChanges } from '../../../common/events';

abstract class FactorEvent extends DomainEvent {
  readonly target: EventTarget;

  constructor(readonly userId: string) {
    super();
    this.target = { type: 'user', id: userId };
  }
}

/** What people do to their own factors, be it before they have an access token that says who they are. */
abstract class OwnFactorEvent extends FactorEvent {
  override readonly actor: EventTarget;

  constructor(userId: string) {
    super(userId);
    this.actor = { type: 'user', id: userId };
  }
}

/** A second factor was confirmed; one that there may have been is gone. */
export class TotpEnrolledEvent extends OwnFactorEvent {
  readonly name = 'mfa.totp-enrolled';
}

/** What was to confirm a second factor was wrong: nothing became one. */
export class TotpEnrolmentFailedEvent extends OwnFactorEvent {
  readonly name = 'mfa.totp-enrolment-failed';
  override readonly outcome = 'failure';
  override readonly reason = 'wrong_code';
}

export class TotpDisabledEvent extends OwnFactorEvent {
  readonly name = 'mfa.totp-disabled';
}

export class RecoveryCodesReplacedEvent extends OwnFactorEvent {
  readonly name = 'mfa.recovery-codes-replaced';
}

/** One recovery code fewer. Whoever did not use it must learn of it. */
export class RecoveryCodeUsedEvent extends OwnFactorEvent {
  readonly name = 'mfa.recovery-code-used';
  override readonly changes: FieldChanges;

  constructor(
    userId: string,
    readonly remaining: number,
  ) {
    super(userId);
    this.changes = { recoveryCodes: { before: remaining + 1, after: remaining } };
  }
}

/** An administrator took somebody's factors away; all of their sessions end. */
export class SecondFactorsResetEvent extends FactorEvent {
  readonly name = 'mfa.reset';
}
