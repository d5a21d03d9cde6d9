import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { CompiledPolicy, type HeldRole } from './compiled-policy';
import type { PermissionSet } from './permission-set';
import { withPermissionsToCome } from './permissions-to-come';
import { PolicyRepository } from './policy.repository';
import { ExceedsOwnPermissionsError, TargetMorePrivilegedError } from './rbac.errors';

/** Who may do what to whom, decided from PostgreSQL and for the permissions to come as well. */
@Injectable()
export class Privileges {
  constructor(private readonly policies: PolicyRepository) {}

  async readPolicy(): Promise<CompiledPolicy> {
    const { permissions, roles } = await this.policies.read();
    return new CompiledPolicy(withPermissionsToCome(permissions, roles), roles);
  }

  async heldBy(policy: CompiledPolicy, principalId: string): Promise<PermissionSet> {
    return policy.effectiveOf(await this.policies.findRolesOf(principalId));
  }

  /** @throws ExceedsOwnPermissionsError unless `actorId` holds all of `concerned`. */
  async requireHeld(policy: CompiledPolicy, actorId: string, concerned: PermissionSet): Promise<void> {
    const missing = concerned.without(await this.heldBy(policy, actorId));
    if (!missing.isEmpty()) throw new ExceedsOwnPermissionsError(policy.namesIn(missing));
  }

  /** @throws TargetMorePrivilegedError when the target holds what the actor does not. */
  async requireDominance(policy: CompiledPolicy, actorId: string, targetId: string): Promise<void> {
    if (actorId === targetId) return;
    const held = await this.heldBy(policy, actorId);
    const beyond = (await this.heldBy(policy, targetId)).without(held);
    if (!beyond.isEmpty()) throw new TargetMorePrivilegedError(targetId);
  }

  /**
   * Asked after a write that may have taken an administrator away, before it commits.
   *
   * @throws DomainError `RBAC.LAST_ADMINISTRATOR` when nobody active is one without restriction.
   */
  async requireAdministrator(policy: CompiledPolicy): Promise<void> {
    const holders = await this.policies.findAdministratorHolders();
    if (!holders.some(({ active, roles }) => active && isUnrestricted(policy, roles)))
      throw lastAdministrator();
  }

  /** @throws DomainError `RBAC.LAST_ADMINISTRATOR` when `principalId` is an administrator and no other is. */
  async requireAdministratorBesides(policy: CompiledPolicy, principalId: string): Promise<void> {
    const holders = await this.policies.findAdministratorHolders();
    if (!holders.some((holder) => holder.principalId === principalId)) return;
    const others = holders.filter((holder) => holder.principalId !== principalId);
    if (!others.some(({ active, roles }) => active && isUnrestricted(policy, roles)))
      throw lastAdministrator();
  }
}

function isUnrestricted(policy: CompiledPolicy, roles: readonly HeldRole[]): boolean {
  return policy.deniedOf(roles).isEmpty();
}

function lastAdministrator(): DomainError {
  return new DomainError('RBAC.LAST_ADMINISTRATOR', { detail: 'Make somebody else an administrator first.' });
}
