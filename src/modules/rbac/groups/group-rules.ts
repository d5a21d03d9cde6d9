import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import type { CompiledPolicy } from '../compiled-policy';
import { Privileges } from '../privileges';
import type { Membership } from './group';
import { GroupMembersRepository, type RoleOfGroup } from './group-members.repository';
import { GroupsRepository } from './groups.repository';

/** Groups in a line: longer ones are a mistake, and slow to reason about. */
const MAX_LINE_LENGTH = 16;

/**
 * What groups may become, and who may make it so. Asked inside the policy write.
 *
 * Membership is a grant of all that the group has: whoever changes it must hold that, and must not take anything
 * from somebody more privileged.
 */
@Injectable()
export class GroupRules {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly members: GroupMembersRepository,
    private readonly privileges: Privileges,
  ) {}

  /** @throws DomainError `RBAC.GROUP_CYCLE`, `RBAC.GROUP_TOO_DEEP` */
  async requireWellFormed({ groupId, principalType, principalId }: Membership): Promise<void> {
    if (principalType !== 'group') return;
    const above = await this.members.findAbove(groupId, MAX_LINE_LENGTH);
    if (above.some(({ id }) => id === principalId)) throw new DomainError('RBAC.GROUP_CYCLE');
    const below = (await this.members.findBelow(principalId, MAX_LINE_LENGTH)).filter(
      ({ type }) => type === 'group',
    );
    const levels = (ways: readonly { level: number }[]) => 1 + Math.max(...ways.map(({ level }) => level));
    if (levels(above) + levels(below) > MAX_LINE_LENGTH) {
      throw new DomainError('RBAC.GROUP_TOO_DEEP', {
        detail: `At most ${MAX_LINE_LENGTH} groups may belong to each other in a line.`,
      });
    }
  }

  /**
   * Before a membership comes or goes. Answers whether that takes anything from anybody.
   *
   * @throws DomainError `RBAC.EXCEEDS_OWN_PERMISSIONS`, `AUTH.INSUFFICIENT_USER_AUTHENTICATION`, `RBAC.TARGET_MORE_PRIVILEGED`
   */
  async requireChangeable(
    actor: Principal,
    membership: Membership,
    change: 'add' | 'remove',
  ): Promise<boolean> {
    const roles = await this.rolesThrough(membership.groupId);
    if (roles.length === 0) return false;
    const policy = await this.privileges.readPolicy();
    await this.requireAllHeld(policy, actor, roles);
    const gains = roles.filter(({ effect }) => (effect === 'allow') === (change === 'add'));
    await this.privileges.requireFreshToGive(
      policy,
      actor,
      gains.map(({ roleId }) => roleId),
    );
    const losses = roles.filter(({ effect }) => (effect === 'deny') === (change === 'add'));
    for (const resourceId of new Set(losses.map((role) => role.resourceId)))
      await this.privileges.requireDominance(policy, actor.subject, membership.principalId, resourceId);
    return losses.length > 0;
  }

  /** Whether there is such a group. */
  async exists(groupId: string): Promise<boolean> {
    return (await this.groups.findById(groupId)) !== null;
  }

  /** Before anybody may become a member without being asked for. @throws DomainError `RBAC.EXCEEDS_OWN_PERMISSIONS` */
  async requireGivable(actor: Principal, groupId: string): Promise<void> {
    await this.requireAllHeld(await this.privileges.readPolicy(), actor, await this.rolesThrough(groupId));
  }

  private async rolesThrough(groupId: string): Promise<RoleOfGroup[]> {
    const groups = await this.members.findAbove(groupId, MAX_LINE_LENGTH);
    return this.members.findRolesOf(groups.map(({ id }) => id));
  }

  private async requireAllHeld(
    policy: CompiledPolicy,
    actor: Principal,
    roles: readonly RoleOfGroup[],
  ): Promise<void> {
    for (const { roleId, resourceId } of roles)
      await this.privileges.requireHeld(policy, actor.subject, policy.reachOf(roleId), resourceId);
  }

  /** After something was taken from somebody. @throws DomainError `RBAC.LAST_ADMINISTRATOR` */
  async requireAdministrator(): Promise<void> {
    await this.privileges.requireAdministrator(await this.privileges.readPolicy());
  }
}
