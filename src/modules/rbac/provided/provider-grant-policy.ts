import { Injectable } from '@nestjs/common';
import { GrantPolicy, type Grants, type Principal } from '../../../common/access';
import { DomainError, type ErrorCode } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { GroupRules } from '../groups/group-rules';
import { PolicyRepository } from '../policy.repository';
import { Privileges } from '../privileges';
import { PrivilegeError } from '../rbac.errors';
import { RolesRepository } from '../roles.repository';
import { ROOT_RESOURCE_ID } from '../well-known-ids';

/** Who sets up what gives roles and groups to others, or says who they are, must hold all that they have by it. */
@Injectable()
export class ProviderGrantPolicy extends GrantPolicy {
  constructor(
    private readonly policies: PolicyRepository,
    private readonly roles: RolesRepository,
    private readonly groups: GroupRules,
    private readonly privileges: Privileges,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {
    super();
  }

  override async whileGivable<T>(actor: Principal, grants: Grants, work: () => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(async () => {
        await this.requireGivable(actor, grants);
        return work();
      });
    } catch (error) {
      if (error instanceof PrivilegeError) await this.events.publish(error.denial);
      throw error;
    }
  }

  override async requireInReach(actor: Principal, principalIds: readonly string[]): Promise<void> {
    if (principalIds.length === 0) return;
    await this.policies.lock();
    await this.privileges.requireAllDominated(
      await this.privileges.readPolicy(),
      actor.subject,
      principalIds,
    );
  }

  private async requireGivable(actor: Principal, { roles, groupIds }: Grants): Promise<void> {
    if (roles.length + groupIds.length === 0) return;
    await this.policies.lock();
    const policy = await this.privileges.readPolicy();
    for (const { roleId, resourceId } of roles) {
      const place = resourceId ?? ROOT_RESOURCE_ID;
      if (!(await this.roles.exists(roleId))) throw unknown('RBAC.UNKNOWN_ROLE', roleId);
      if ((await this.policies.findNode(place)) === null) throw unknown('RBAC.UNKNOWN_RESOURCE', place);
      await this.privileges.requireHeld(policy, actor.subject, policy.reachOf(roleId), place);
    }
    for (const groupId of groupIds) {
      if (!(await this.groups.exists(groupId))) throw unknown('RBAC.UNKNOWN_PRINCIPAL', groupId);
      await this.groups.requireGivable(actor, groupId);
    }
  }
}

function unknown(code: ErrorCode, id: string): DomainError {
  return new DomainError(code, {
    errors: [{ pointer: '/mappings', code: 'unknown', message: `There is no ${id}.` }],
  });
}
