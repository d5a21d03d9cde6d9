import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { Privileges } from '../privileges';
import { ROOT_RESOURCE_ID } from '../well-known-ids';
import type { Resource } from './resource';
import { ResourcesRepository, type RoleAtResource } from './resources.repository';

/** Nodes in a line, the root included: deeper trees are a mistake, and every path is stored whole. */
const MAX_DEPTH = 32;

/**
 * What the tree may become, and who may make it so. Asked inside the policy write, before it is written down.
 *
 * Where a node hangs, and what conditions can ask of it, decides who may do what there: whoever changes that must
 * hold whatever the assignments concerned allow or deny, or a change of place would be a grant in disguise.
 */
@Injectable()
export class ResourceRules {
  constructor(
    private readonly resources: ResourcesRepository,
    private readonly privileges: Privileges,
  ) {}

  /** @throws DomainError `RBAC.RESOURCE_TOO_DEEP` */
  requireRoomBelow(parent: Resource, height = 0): void {
    if (parent.path.length + 1 + height > MAX_DEPTH) {
      throw new DomainError('RBAC.RESOURCE_TOO_DEEP', { detail: `At most ${MAX_DEPTH} may lie in a line.` });
    }
  }

  /** @throws DomainError `RBAC.RESOURCE_IS_ROOT`, `RBAC.RESOURCE_CYCLE`, `RBAC.RESOURCE_TOO_DEEP`, `RBAC.EXCEEDS_OWN_PERMISSIONS` */
  async requireMovable(actorId: string, resource: Resource, parent: Resource): Promise<void> {
    if (resource.id === ROOT_RESOURCE_ID) throw new DomainError('RBAC.RESOURCE_IS_ROOT');
    if (parent.path.includes(resource.id)) throw new DomainError('RBAC.RESOURCE_CYCLE');
    this.requireRoomBelow(parent, await this.resources.heightOf(resource));
    const left = resource.path.filter((id) => id !== resource.id && !parent.path.includes(id));
    const joined = parent.path.filter((id) => !resource.path.includes(id));
    const roles = await this.resources.findRolesAt([...left, ...joined]);
    await this.requireHeld(
      actorId,
      roles.map((role) => ({ ...role, resourceId: resource.id })),
    );
  }

  /** Before its tags or its owner change. @throws DomainError `RBAC.EXCEEDS_OWN_PERMISSIONS` */
  async requireDescribable(actorId: string, resource: Resource): Promise<void> {
    const roles = await this.resources.findConditionalRolesAt(resource.path);
    await this.requireHeld(
      actorId,
      roles.map((role) => ({ ...role, resourceId: resource.id })),
    );
  }

  /** Each at the resource that it names. @throws DomainError `RBAC.EXCEEDS_OWN_PERMISSIONS` */
  async requireHeld(actorId: string, roles: readonly RoleAtResource[]): Promise<void> {
    if (roles.length === 0) return;
    const policy = await this.privileges.readPolicy();
    for (const resourceId of new Set(roles.map((role) => role.resourceId))) {
      const concerned = policy.emptySet();
      for (const role of roles)
        if (role.resourceId === resourceId) concerned.unite(policy.reachOf(role.roleId));
      await this.privileges.requireHeld(policy, actorId, concerned, resourceId);
    }
  }
}
