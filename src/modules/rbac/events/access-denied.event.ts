import { DomainEvent, type EventTarget, type FieldChanges } from '../../../common/events';

export type DenialReason = 'missing_permission' | 'exceeds_own_permissions' | 'target_more_privileged';

/** An authenticated subject was refused. The target is the permission that it lacks, or who is out of its reach. */
export class AccessDeniedEvent extends DomainEvent {
  readonly name = 'access.denied';
  override readonly outcome = 'denied';

  constructor(
    readonly target: EventTarget,
    override readonly reason: DenialReason,
    override readonly changes?: FieldChanges,
  ) {
    super();
  }
}
