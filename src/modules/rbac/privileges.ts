import { Injectable } from '@nestjs/common';
import { AssurancePolicy, declaredPermissions, SENSITIVE, type Principal } from '../../common/access';
import { DomainError } from '../../common/errors';
import { CompiledPolicy } from './compiled-policy';
import { Holdings } from './holdings';
import type { PermissionSet } from './permission-set';
import { withPermissionsToCome } from './permissions-to-come';
import { PolicyRepository } from './policy.repository';
import { PrivilegesRepository, type HolderGroup } from './privileges.repository';
import { ExceedsOwnPermissionsError, TargetMorePrivilegedError } from './rbac.errors';
import { ROOT_RESOURCE_ID } from './well-known-ids';

/** Who may do what to whom, decided from PostgreSQL and for the permissions to come as well. */
@Injectable()
export class Privileges {
  constructor(
    private readonly policies: PolicyRepository,
    private readonly holders: PrivilegesRepository,
    private readonly assurance: AssurancePolicy,
  ) {}

  async readPolicy(): Promise<CompiledPolicy> {
    const { permissions, roles, implied } = await this.policies.read();
    return new CompiledPolicy(withPermissionsToCome(permissions, roles), roles, implied);
  }

  /** @throws ExceedsOwnPermissionsError unless `actorId` holds all of `concerned` at the node and below. */
  async requireHeld(
    policy: CompiledPolicy,
    actorId: string,
    concerned: PermissionSet,
    resourceId = ROOT_RESOURCE_ID,
  ): Promise<void> {
    const held = await this.holdingsOf(policy, actorId);
    const missing = concerned.without(held.firmlyAt(await this.holders.findPath(resourceId)));
    if (!missing.isEmpty()) throw new ExceedsOwnPermissionsError(policy.namesIn(missing));
  }

  /**
   * Before roles are given away: critical permissions only by somebody who proved just now who they are.
   *
   * @throws DomainError `AUTH.INSUFFICIENT_USER_AUTHENTICATION`
   */
  async requireFreshToGive(
    policy: CompiledPolicy,
    actor: Principal,
    roleIds: readonly string[],
  ): Promise<void> {
    const given = policy.emptySet();
    for (const roleId of roleIds) given.unite(policy.reachOf(roleId));
    await this.requireFreshFor(policy, actor, given);
  }

  /**
   * Before `concerned` comes to somebody by whatever way.
   *
   * @throws DomainError `AUTH.INSUFFICIENT_USER_AUTHENTICATION` where any of it is critical
   */
  async requireFreshFor(policy: CompiledPolicy, actor: Principal, concerned: PermissionSet): Promise<void> {
    const isCritical = policy
      .namesIn(concerned)
      .some((name) => declaredPermissions().get(name)?.risk === 'critical');
    if (isCritical) await this.assurance.require(actor, SENSITIVE);
  }

  /**
   * A group stands for all its members.
   *
   * @throws TargetMorePrivilegedError when the target holds what the actor does not, at the node or below.
   */
  async requireDominance(
    policy: CompiledPolicy,
    actorId: string,
    targetId: string,
    resourceId = ROOT_RESOURCE_ID,
  ): Promise<void> {
    if (actorId === targetId) return;
    const targets = await this.holders.findWithMembers(targetId);
    await this.requireInReach(policy, actorId, targets, await this.holders.findPath(resourceId));
  }

  /** As {@link requireDominance} over each of `targetIds`, everywhere. @throws TargetMorePrivilegedError */
  async requireAllDominated(
    policy: CompiledPolicy,
    actorId: string,
    targetIds: readonly string[],
  ): Promise<void> {
    const targets = await this.holders.findHoldingsOf(targetIds, actorId);
    await this.requireInReach(policy, actorId, targets, [ROOT_RESOURCE_ID]);
  }

  /**
   * Before a role changes from `before` to `after`: both make it smaller where it is allowed, or greater where it is
   * denied, take something away.
   *
   * @throws TargetMorePrivilegedError, DomainError `RBAC.LAST_ADMINISTRATOR`
   */
  async requireLosersInReach(
    actorId: string,
    before: CompiledPolicy,
    after: CompiledPolicy,
    roleIds: readonly string[],
  ): Promise<void> {
    const isLost = ({ rows }: HolderGroup): boolean =>
      rows.some(({ roleId, effect }) => {
        const [was, is] = [before.roleOf(roleId), after.roleOf(roleId)];
        return !(
          effect === 'allow' ? was.grants.without(is.grants) : is.denies.without(was.denies)
        ).isEmpty();
      });
    const losers = (await this.holders.findHolders(roleIds, actorId)).filter(isLost);
    await this.requireInReach(before, actorId, losers, [ROOT_RESOURCE_ID]);
    await this.requireAdministrator(after);
  }

  /**
   * Asked after a write that may have taken an administrator away, before it commits.
   *
   * @throws DomainError `RBAC.LAST_ADMINISTRATOR` when nobody active is one without restriction.
   */
  async requireAdministrator(policy: CompiledPolicy): Promise<void> {
    await this.requireOne(policy, await this.holders.findAdministrators());
  }

  /** @throws DomainError `RBAC.LAST_ADMINISTRATOR` when `principalId` is an administrator and no other is. */
  async requireAdministratorBesides(policy: CompiledPolicy, principalId: string): Promise<void> {
    const administrators = await this.holders.findAdministrators();
    const others = administrators.filter((holder) => holder.principalId !== principalId);
    if (others.length < administrators.length) await this.requireOne(policy, others);
  }

  private requireOne(
    policy: CompiledPolicy,
    administrators: Awaited<ReturnType<PrivilegesRepository['findAdministrators']>>,
  ): Promise<void> {
    if (administrators.some(({ active, denials }) => active && policy.deniedOf(denials).isEmpty()))
      return Promise.resolve();
    throw new DomainError('RBAC.LAST_ADMINISTRATOR', {
      detail: 'Make somebody else an administrator first.',
    });
  }

  private async requireInReach(
    policy: CompiledPolicy,
    actorId: string,
    targets: readonly HolderGroup[],
    place: readonly string[],
  ): Promise<void> {
    const held = await this.holdingsOf(policy, actorId);
    const beyond = targets.find(
      ({ principalId, rows }) => principalId !== actorId && !new Holdings(policy, rows).isWithin(held, place),
    );
    if (beyond !== undefined) throw new TargetMorePrivilegedError(beyond.principalId);
  }

  private async holdingsOf(policy: CompiledPolicy, principalId: string): Promise<Holdings> {
    return new Holdings(policy, await this.holders.findHoldings(principalId));
  }
}
