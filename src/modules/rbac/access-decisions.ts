import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { CompiledPolicy } from './compiled-policy';
import { PolicyMemory } from './policy-memory';
import { PolicyRepository } from './policy.repository';

/** Whether a principal may: from memory while that can be trusted, else from PostgreSQL. */
@Injectable()
export class AccessDecisions {
  constructor(
    private readonly memory: PolicyMemory,
    private readonly feed: ChangeFeed,
    private readonly policies: PolicyRepository,
  ) {}

  isAllowed(principalId: string, permission: string): boolean | Promise<boolean> {
    return this.feed.isFresh()
      ? this.memory.isAllowed(principalId, permission)
      : this.readPermissionsOf(principalId).then((held) => held.includes(permission));
  }

  effectivePermissions(principalId: string): Promise<string[]> {
    return this.feed.isFresh() ? this.memory.permissionsOf(principalId) : this.readPermissionsOf(principalId);
  }

  private async readPermissionsOf(principalId: string): Promise<string[]> {
    const { permissions, roles } = await this.policies.read();
    const policy = new CompiledPolicy(permissions, roles);
    return policy.namesIn(policy.effectiveOf(await this.policies.findRolesOf(principalId)));
  }
}
