import { DomainError } from '../../common/errors';
import { AccessDeniedEvent } from './events/access-denied.event';

const SHOWN = 5;

/** A refusal because of what somebody holds. It is a denial of access, and audited as one. */
export abstract class PrivilegeError extends DomainError {
  abstract readonly denial: AccessDeniedEvent;
}

export class ExceedsOwnPermissionsError extends PrivilegeError {
  override readonly denial: AccessDeniedEvent;

  /** @param missing what the actor would have to hold; at least one. */
  constructor(missing: readonly string[]) {
    const shown = missing.slice(0, SHOWN).join(', ');
    super('RBAC.EXCEEDS_OWN_PERMISSIONS', {
      detail: `You do not hold ${missing.length > SHOWN ? `${shown} and more` : shown}.`,
    });
    this.denial = new AccessDeniedEvent(
      { type: 'permission', id: missing[0] ?? null },
      'exceeds_own_permissions',
    );
  }
}

export class TargetMorePrivilegedError extends PrivilegeError {
  override readonly denial: AccessDeniedEvent;

  constructor(principalId: string) {
    super('RBAC.TARGET_MORE_PRIVILEGED');
    this.denial = new AccessDeniedEvent({ type: 'principal', id: principalId }, 'target_more_privileged');
  }
}
