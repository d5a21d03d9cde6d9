import { covers, GRANT_PATTERN, isWildcard } from './grant-pattern';
import { PermissionSet } from './permission-set';

export type Effect = 'allow' | 'deny';

export interface RoleDefinition {
  readonly id: string;
  readonly grants: readonly string[];
  /** Subtracted from what this role grants, inherited grants included; other roles of a holder are not touched. */
  readonly except: readonly string[];
  readonly parents: readonly string[];
}

export interface HeldRole {
  readonly roleId: string;
  readonly effect: Effect;
}

/**
 * Roles resolved to sets of permissions: wildcards expanded, parents added, exceptions taken out.
 *
 * A role that cannot be read (a malformed grant, a cycle, a parent that is gone) grants nothing and denies
 * everything, and so do the roles that inherit from it; the others are not touched.
 */
export class CompiledPolicy {
  static readonly EMPTY = new CompiledPolicy(new Map(), []);

  readonly everything: PermissionSet;
  private readonly capacity: number;
  private readonly sets = new Map<string, PermissionSet | 'unreadable'>();
  private readonly expanded = new Map<string, PermissionSet>();

  constructor(
    private readonly bits: ReadonlyMap<string, number>,
    roles: readonly RoleDefinition[],
  ) {
    this.capacity = Math.max(-1, ...bits.values()) + 1;
    this.everything = this.emptySet();
    for (const bit of bits.values()) this.everything.add(bit);
    const definitions = new Map(roles.map((role) => [role.id, role]));
    for (const role of roles) this.resolve(role, definitions);
  }

  get unreadableRoleIds(): string[] {
    return [...this.sets].filter(([, set]) => set === 'unreadable').map(([id]) => id);
  }

  bitOf(permission: string): number | undefined {
    return this.bits.get(permission);
  }

  emptySet(): PermissionSet {
    return new PermissionSet(this.capacity);
  }

  /** The most that the role can grant or deny: everything where it cannot be read. */
  reachOf(roleId: string): PermissionSet {
    const set = this.sets.get(roleId);
    return set === undefined || set === 'unreadable' ? this.everything : set;
  }

  /** What the holder of `roles` may do: deny wins over allow, and what nobody allowed is denied. */
  effectiveOf(roles: readonly HeldRole[]): PermissionSet {
    const allowed = this.emptySet();
    for (const { roleId, effect } of roles) {
      const set = effect === 'allow' ? this.sets.get(roleId) : undefined;
      if (set instanceof PermissionSet) allowed.unite(set);
    }
    return allowed.subtract(this.deniedOf(roles));
  }

  deniedOf(roles: readonly HeldRole[]): PermissionSet {
    const denied = this.emptySet();
    for (const { roleId, effect } of roles) if (effect === 'deny') denied.unite(this.reachOf(roleId));
    return denied;
  }

  /** The names of the permissions in `set`, sorted. */
  namesIn(set: PermissionSet): string[] {
    return [...this.bits.keys()].filter((name) => set.has(this.bits.get(name) ?? -1)).sort();
  }

  private resolve(
    role: RoleDefinition,
    roles: ReadonlyMap<string, RoleDefinition>,
  ): PermissionSet | 'unreadable' {
    const known = this.sets.get(role.id);
    if (known !== undefined) return known;
    // Whoever comes back here before the role is resolved inherits from itself.
    this.sets.set(role.id, 'unreadable');
    if (![...role.grants, ...role.except].every((grant) => GRANT_PATTERN.test(grant))) return 'unreadable';
    const set = this.emptySet();
    for (const parentId of role.parents) {
      const parent = roles.get(parentId);
      const inherited = parent === undefined ? 'unreadable' : this.resolve(parent, roles);
      if (inherited === 'unreadable') return 'unreadable';
      set.unite(inherited);
    }
    for (const grant of role.grants) set.unite(this.expand(grant));
    for (const grant of role.except) set.subtract(this.expand(grant));
    this.sets.set(role.id, set);
    return set;
  }

  private expand(grant: string): PermissionSet {
    const known = this.expanded.get(grant);
    if (known !== undefined) return known;
    const set = this.emptySet();
    if (isWildcard(grant)) {
      for (const [name, bit] of this.bits) if (covers(grant, name)) set.add(bit);
    }
    const exact = this.bits.get(grant);
    if (exact !== undefined) set.add(exact);
    this.expanded.set(grant, set);
    return set;
  }
}
