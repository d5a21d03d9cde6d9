import { Injectable } from '@nestjs/common';
import type { PermissionName, Principal } from '../../common/access';
import { EventPublisher } from '../../common/events';
import { AccessDecisions } from './access-decisions';
import { PrincipalAssignmentsService } from './principal-assignments.service';
import { Privileges } from './privileges';
import { PrivilegeError } from './rbac.errors';
import type { BuiltInRole } from './well-known-ids';

/** What the rest of the service asks of the policy. */
@Injectable()
export class PolicyService {
  constructor(
    private readonly decisions: AccessDecisions,
    private readonly privileges: Privileges,
    private readonly principals: PrincipalAssignmentsService,
    private readonly events: EventPublisher,
  ) {}

  /** Whether the principal holds `permission`. Synchronous when the answer is in memory. Audits nothing. */
  isAllowed(principalId: string, permission: PermissionName): boolean | Promise<boolean> {
    return this.decisions.isAllowed(principalId, permission);
  }

  /** The names of all permissions that the principal holds, sorted. */
  effectivePermissions(principalId: string): Promise<string[]> {
    return this.decisions.effectivePermissions(principalId);
  }

  /** Makes the principal an administrator, whoever asks: for the first start. Joins the caller's transaction. */
  grantAdministrator(principalId: string): Promise<void> {
    return this.principals.grantBuiltIn(principalId, 'administrator');
  }

  /** As {@link grantAdministrator}, with any of the built-in roles: for demonstration data. */
  grantBuiltIn(principalId: string, role: BuiltInRole): Promise<void> {
    return this.principals.grantBuiltIn(principalId, role);
  }

  /**
   * Before somebody acts on an account (patch, disable, delete, end sessions): the target may hold nothing that
   * the actor does not. Acting on oneself is allowed.
   *
   * Call it before the transaction of the change begins: the denial is audited, and a rollback would erase that.
   *
   * @throws DomainError `RBAC.TARGET_MORE_PRIVILEGED`
   */
  async requireDominance(actor: Principal, targetId: string): Promise<void> {
    try {
      await this.privileges.requireDominance(await this.privileges.readPolicy(), actor.subject, targetId);
    } catch (error) {
      if (error instanceof PrivilegeError) await this.events.publish(error.denial);
      throw error;
    }
  }

  /**
   * Takes every role and denial from a principal that goes away. In the caller's transaction.
   *
   * @throws DomainError `RBAC.LAST_ADMINISTRATOR`
   */
  removePrincipal(principalId: string): Promise<void> {
    return this.principals.removeAllOf(principalId);
  }

  /**
   * Before an account is disabled, in the same transaction: keeps policy writes out until that ends.
   *
   * @throws DomainError `RBAC.LAST_ADMINISTRATOR` when no other active administrator is left.
   */
  requireAdministratorBesides(principalId: string): Promise<void> {
    return this.principals.requireAdministratorBesides(principalId);
  }
}
