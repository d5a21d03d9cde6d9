import { Injectable } from '@nestjs/common';
import { insufficientAuthentication } from '../../common/access';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import type { Decision } from './engine/access-request';
import { AccessDeniedEvent } from './events/access-denied.event';

/** A decision against the subject, and what it was about. */
export interface Refusal {
  readonly decision: Decision;
  readonly permission: string;
  readonly resource: string | undefined;
  /** That the subject may not know whether the resource exists. */
  readonly isConcealed: boolean;
}

/** How a refusal is answered, and written down. */
@Injectable()
export class AccessRefusals {
  constructor(private readonly events: EventPublisher) {}

  /**
   * @throws DomainError `RBAC.MISSING_PERMISSION`, `RBAC.RESOURCE_NOT_FOUND` or
   * `AUTH.INSUFFICIENT_USER_AUTHENTICATION`, always
   */
  async refuse({ decision, permission, resource, isConcealed }: Refusal): Promise<never> {
    const { challenge, basis } = decision;
    if (challenge !== undefined)
      throw insufficientAuthentication(challenge.acrValues, challenge.maxAge ?? undefined);
    const target =
      resource === undefined ? { type: 'permission', id: permission } : { type: 'resource', id: resource };
    const rule = { permission: { after: permission }, rule: { after: basis } };
    // The answer waits: a denial that nobody wrote down did not happen.
    await this.events.publish(
      new AccessDeniedEvent(target, 'missing_permission', resource === undefined ? undefined : rule),
    );
    if (isConcealed) throw new DomainError('RBAC.RESOURCE_NOT_FOUND');
    throw new DomainError('RBAC.MISSING_PERMISSION', {
      detail: `You need the permission ${permission}.`,
      extensions: { permission },
    });
  }
}
