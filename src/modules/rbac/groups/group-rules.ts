import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { Privileges } from '../privileges';
import type { Membership } from './group';
import { GroupMembersRepository } from './group-members.repository';

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
    const groups = await this.members.findAbove(membership.groupId, MAX_LINE_LENGTH);
    const roles = await this.members.findRolesOf(groups.map(({ id }) => id));
    if (roles.length === 0) return false;
    const policy = await this.privileges.readPolicy();
    for (const { roleId, resourceId } of roles)
      await this.privileges.requireHeld(policy, actor.subject, policy.reachOf(roleId), resourceId);
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

  /** After something was taken from somebody. @throws DomainError `RBAC.LAST_ADMINISTRATOR` */
  async requireAdministrator(): Promise<void> {
    await this.privileges.requireAdministrator(await this.privileges.readPolicy());
  }
}
