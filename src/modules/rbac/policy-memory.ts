import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChangeFeed, type ChangeKind, type ChangeSubscriber } from '../../infrastructure/change-feed';
import { Database } from '../../infrastructure/database';
import { CompiledPolicy, type HeldRole } from './compiled-policy';
import type { PermissionSet } from './permission-set';
import { PolicyRepository, type PolicyDefinition } from './policy.repository';

const MAX_PRINCIPALS = 50_000;

/** The roles of one principal, compiled against the policy that was in memory at the last look. */
interface CompiledPrincipal {
  readonly roles: readonly HeldRole[];
  policy: CompiledPolicy;
  permissions: PermissionSet;
}

/** The policy in this process: all roles, and the principals that were asked about lately. */
@Injectable()
export class PolicyMemory implements ChangeSubscriber {
  readonly kinds: readonly ChangeKind[] = ['policy.roles', 'policy.assignments'];
  private readonly logger = new Logger('Policy');
  private policy = CompiledPolicy.EMPTY;
  private version = -1n;
  private readonly principals = new LRUCache<string, CompiledPrincipal>({ max: MAX_PRINCIPALS });
  private readonly loading = new Map<string, Promise<CompiledPrincipal>>();

  constructor(
    private readonly policies: PolicyRepository,
    private readonly database: Database,
    feed: ChangeFeed,
  ) {
    feed.subscribe(this);
  }

  async rebuild(): Promise<void> {
    const definition = await this.policies.read();
    this.principals.clear();
    this.loading.clear();
    this.adopt(definition);
  }

  async refresh(kind: ChangeKind, keys: readonly string[]): Promise<void> {
    if (kind === 'policy.assignments') {
      for (const principalId of keys) this.forget(principalId);
      return;
    }
    const definition = await this.policies.read();
    // Of two reads at once the later snapshot stays, whichever ends last.
    if (definition.version >= this.version) this.adopt(definition);
  }

  /** Synchronous, and without allocation, once the principal is known. */
  isAllowed(principalId: string, permission: string): boolean | Promise<boolean> {
    const principal = this.principals.get(principalId);
    if (principal !== undefined) return this.holds(principal, permission);
    return this.load(principalId).then((loaded) => this.holds(loaded, permission));
  }

  async permissionsOf(principalId: string): Promise<string[]> {
    const principal = this.principals.get(principalId) ?? (await this.load(principalId));
    return this.policy.namesIn(this.current(principal));
  }

  private holds(principal: CompiledPrincipal, permission: string): boolean {
    const bit = this.policy.bitOf(permission);
    return bit !== undefined && this.current(principal).has(bit);
  }

  private current(principal: CompiledPrincipal): PermissionSet {
    if (principal.policy !== this.policy) {
      principal.policy = this.policy;
      principal.permissions = this.policy.effectiveOf(principal.roles);
    }
    return principal.permissions;
  }

  private load(principalId: string): Promise<CompiledPrincipal> {
    // What an open transaction sees may never have been.
    if (this.database.isInTransaction()) return this.read(principalId);
    const started = this.loading.get(principalId);
    if (started !== undefined) return started;
    const reading = this.read(principalId)
      .then((principal) => {
        // A change that arrived meanwhile has made this read too old to keep.
        if (this.loading.get(principalId) === reading) this.principals.set(principalId, principal);
        return principal;
      })
      .finally(() => {
        if (this.loading.get(principalId) === reading) this.loading.delete(principalId);
      });
    this.loading.set(principalId, reading);
    return reading;
  }

  private async read(principalId: string): Promise<CompiledPrincipal> {
    const roles = await this.policies.findRolesOf(principalId);
    return { roles, policy: this.policy, permissions: this.policy.effectiveOf(roles) };
  }

  private forget(principalId: string): void {
    this.principals.delete(principalId);
    this.loading.delete(principalId);
  }

  private adopt({ version, permissions, roles }: PolicyDefinition): void {
    this.policy = new CompiledPolicy(permissions, roles);
    this.version = version;
    for (const id of this.policy.unreadableRoleIds) {
      this.logger.error(
        `Role ${id} cannot be read: it grants nothing, and where it is denied it denies everything`,
      );
    }
  }
}
