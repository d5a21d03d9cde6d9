import { covers, EVERYTHING, GRANT_PATTERN, isWildcard } from './grant-pattern';
import { Implications } from './implications';
import { PermissionSet } from './permission-set';
import type { RoleDefinition } from './role-definition';
import { RoleGraph } from './role-graph';

export type { RoleDefinition };

export type Effect = 'allow' | 'deny';

export interface HeldRole {
  readonly roleId: string;
  readonly effect: Effect;
}

/** A role as sets of permissions. It stays the same object when the role is edited, so that holders need no update. */
export interface CompiledRole {
  readonly id: string;
  /** What an allowance gives: with all that the permissions imply. */
  readonly grants: PermissionSet;
  /** What a denial takes: only what the role names. */
  readonly denies: PermissionSet;
  readonly isReadable: boolean;
  readonly requiresMfa: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Roles resolved to sets of permissions: wildcards expanded, parents added, exceptions taken out.
 *
 * A role that cannot be read (a malformed grant, a cycle, a parent that is gone) grants nothing and denies
 * everything, and so do the roles that inherit from it; the others are not touched.
 */
export class CompiledPolicy {
  static readonly EMPTY = new CompiledPolicy(new Map(), []);

  readonly everything: PermissionSet;
  /** Whether any role at all requires a second factor. */
  requiresMfa = false;
  private readonly capacity: number;
  private readonly nothing: PermissionSet;
  private readonly implications: Implications;
  private readonly definitions = new Map<string, RoleDefinition>();
  private readonly roles = new Map<string, Mutable<CompiledRole>>();
  private readonly resolved = new Set<string>();
  private readonly wildcards = new Map<string, PermissionSet>();

  constructor(
    private readonly bits: ReadonlyMap<string, number>,
    roles: readonly RoleDefinition[],
    implied: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.capacity = Math.max(-1, ...bits.values()) + 1;
    this.nothing = this.emptySet();
    this.everything = this.emptySet();
    for (const bit of bits.values()) this.everything.add(bit);
    this.implications = new Implications(bits, implied);
    for (const role of roles) this.definitions.set(role.id, role);
    for (const { id } of roles) this.resolve(id);
    this.requiresMfa = roles.some((role) => role.requiresMfa);
  }

  get unreadableRoleIds(): string[] {
    return [...this.definitions.keys()].filter((id) => !this.roleOf(id).isReadable);
  }

  defines(roleId: string): boolean {
    return this.definitions.has(roleId);
  }

  bitOf(permission: string): number | undefined {
    return this.bits.get(permission);
  }

  emptySet(): PermissionSet {
    return new PermissionSet(this.capacity);
  }

  /** The role of this id; one that is not defined cannot be read, until it is. */
  roleOf(id: string): CompiledRole {
    let role = this.roles.get(id);
    if (role === undefined) {
      role = { id, grants: this.nothing, denies: this.everything, isReadable: false, requiresMfa: false };
      this.roles.set(id, role);
    }
    return role;
  }

  /** Takes over how the roles `ids` are defined now; those that `definitions` leaves out are gone. */
  redefine(ids: readonly string[], definitions: readonly RoleDefinition[]): void {
    const concerned = new Set(ids);
    for (const graph of [this.graph(), this.change(ids, definitions)])
      for (const id of ids) for (const heir of graph.heirsOf(id)) concerned.add(heir);
    for (const id of concerned) this.resolved.delete(id);
    for (const id of concerned) this.resolve(id);
    this.requiresMfa = [...this.definitions.values()].some((role) => role.requiresMfa);
  }

  /** The most that the role can grant or deny: everything where it cannot be read. */
  reachOf(roleId: string): PermissionSet {
    const { grants, isReadable } = this.roleOf(roleId);
    return isReadable ? grants : this.everything;
  }

  /** What the holder of `roles` may do: deny wins over allow, and what nobody allowed is denied. */
  effectiveOf(roles: readonly HeldRole[]): PermissionSet {
    const allowed = this.emptySet();
    for (const { roleId, effect } of roles) if (effect === 'allow') allowed.unite(this.roleOf(roleId).grants);
    return allowed.subtract(this.deniedOf(roles));
  }

  deniedOf(roles: readonly HeldRole[]): PermissionSet {
    const denied = this.emptySet();
    for (const { roleId, effect } of roles) if (effect === 'deny') denied.unite(this.roleOf(roleId).denies);
    return denied;
  }

  /** The names of the permissions in `set`, sorted. */
  namesIn(set: PermissionSet): string[] {
    return [...this.bits.keys()].filter((name) => set.has(this.bits.get(name) ?? -1)).sort();
  }

  private graph(): RoleGraph {
    return new RoleGraph([...this.definitions.values()]);
  }

  private change(ids: readonly string[], definitions: readonly RoleDefinition[]): RoleGraph {
    for (const id of ids) this.definitions.delete(id);
    for (const role of definitions) this.definitions.set(role.id, role);
    return this.graph();
  }

  private resolve(id: string): CompiledRole {
    const role = this.roleOf(id) as Mutable<CompiledRole>;
    if (this.resolved.has(id)) return role;
    // Whoever comes back here before the role is resolved inherits from itself.
    this.resolved.add(id);
    Object.assign(role, {
      grants: this.nothing,
      denies: this.everything,
      isReadable: false,
      requiresMfa: false,
    });
    const definition = this.definitions.get(id);
    const named = definition === undefined ? undefined : this.namedBy(definition);
    if (definition === undefined || named === undefined) return role;
    const grants = this.emptySet().unite(named);
    for (const parent of definition.parents) grants.unite(this.roleOf(parent).grants);
    // Before as well: what is taken out brings nothing along.
    for (const grant of definition.except) this.apply(grant, grants, 'subtract');
    this.implications.addTo(grants);
    for (const grant of definition.except) this.apply(grant, grants, 'subtract');
    role.requiresMfa =
      definition.requiresMfa || definition.parents.some((parent) => this.roleOf(parent).requiresMfa);
    return Object.assign(role, { grants, denies: named, isReadable: true });
  }

  /** What the role and its parents name, exceptions taken out; undefined where it cannot be read. */
  private namedBy({ grants, except, parents }: RoleDefinition): PermissionSet | undefined {
    if (![...grants, ...except].every((grant) => this.bits.has(grant) || GRANT_PATTERN.test(grant)))
      return undefined;
    const named = this.emptySet();
    for (const parentId of parents) {
      const parent = this.resolve(parentId);
      if (!parent.isReadable) return undefined;
      named.unite(parent.denies);
    }
    for (const grant of grants) this.apply(grant, named, 'unite');
    for (const grant of except) this.apply(grant, named, 'subtract');
    return named;
  }

  private apply(grant: string, set: PermissionSet, operation: 'unite' | 'subtract'): void {
    const bit = this.bits.get(grant);
    if (bit !== undefined) set[operation === 'unite' ? 'add' : 'delete'](bit);
    if (isWildcard(grant)) set[operation](this.expand(grant));
  }

  private expand(wildcard: string): PermissionSet {
    let set = this.wildcards.get(wildcard);
    if (set !== undefined) return set;
    set = this.emptySet();
    for (const [name, bit] of this.bits) {
      // Names of imported namespaces mean something else: only "everything" covers them.
      if (wildcard === EVERYTHING || (GRANT_PATTERN.test(name) && covers(wildcard, name))) set.add(bit);
    }
    this.wildcards.set(wildcard, set);
    return set;
  }
}
