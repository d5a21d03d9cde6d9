import { Injectable } from '@nestjs/common';
import type { Principal } from '../../common/access';
import { EventPublisher } from '../../common/events';
import { Database } from '../../infrastructure/database';
import { AccessService } from './access.service';
import { PrincipalAssignmentsService } from './principal-assignments.service';
import { PrivilegeError } from './rbac.errors';
import type { BuiltInRole } from './well-known-ids';

/** What the rest of the service asks of the policy. */
@Injectable()
export class PolicyService {
  constructor(
    private readonly access: AccessService,
    private readonly principals: PrincipalAssignmentsService,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /** The names of all permissions that the principal holds at the root, whatever the circumstances; sorted. */
  effectivePermissions(principalId: string): Promise<string[]> {
    return this.access.permissionsOf(principalId);
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
   * Runs `work`, which acts on an account (patch, disable, delete, end sessions), in a transaction during which the
   * target holds nothing that the actor does not. Acting on oneself is allowed.
   *
   * Not from within a transaction: the denial is audited, and a rollback would erase that.
   *
   * @throws DomainError `RBAC.TARGET_MORE_PRIVILEGED`
   */
  async actOn<T>(actor: Principal, targetId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(async () => {
        await this.principals.requireDominance(actor.subject, targetId);
        return work();
      });
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
