import { Injectable } from '@nestjs/common';
import type { Principal } from '../../common/access';
import { DomainError, type FieldError } from '../../common/errors';
import { CompiledPolicy, type RoleDefinition } from './compiled-policy';
import { EVERYTHING, isWildcard } from './grant-pattern';
import type { PermissionSet } from './permission-set';
import { withPermissionsToCome } from './permissions-to-come';
import { PolicyRepository, type PolicyDefinition } from './policy.repository';
import { Privileges } from './privileges';
import { RoleGraph } from './role-graph';

/** A role, its ancestors and its heirs: longer lines are a mistake, and slow to reason about. */
const MAX_LINE_LENGTH = 16;

interface RoleChange {
  readonly id: string;
  readonly before?: RoleDefinition;
  readonly after?: RoleDefinition;
}

/** What a role may become, and who may make it so. Asked inside the policy write, before it is written down. */
@Injectable()
export class RoleRules {
  constructor(
    private readonly policies: PolicyRepository,
    private readonly privileges: Privileges,
  ) {}

  /**
   * @throws DomainError `RBAC.UNKNOWN_PERMISSION`, `RBAC.UNKNOWN_ROLE`, `RBAC.ROLE_CYCLE`, `RBAC.ROLE_TOO_DEEP`,
   * `RBAC.EXCEEDS_OWN_PERMISSIONS`, `AUTH.INSUFFICIENT_USER_AUTHENTICATION`, `RBAC.TARGET_MORE_PRIVILEGED`,
   * `RBAC.LAST_ADMINISTRATOR`
   */
  async requirePermitted(actor: Principal, change: RoleChange): Promise<void> {
    const definition = await this.policies.read();
    const others = definition.roles.filter(({ id }) => id !== change.id);
    const rolesAfter = change.after === undefined ? others : [...others, change.after];
    if (change.after !== undefined) requireWellFormed(change.after, definition, new RoleGraph(rolesAfter));
    const bits = withPermissionsToCome(definition.permissions, [...definition.roles, ...rolesAfter]);
    const before = new CompiledPolicy(bits, definition.roles, definition.implied);
    const after = new CompiledPolicy(bits, rolesAfter, definition.implied);
    const concerned = before.emptySet();
    if (change.before !== undefined) concerned.unite(before.reachOf(change.id));
    if (change.after !== undefined) concerned.unite(after.reachOf(change.id));
    await this.privileges.requireHeld(before, actor.subject, concerned);
    if (change.before !== undefined && change.after !== undefined)
      await this.privileges.requireFreshFor(after, actor, differenceOf(change.id, before, after));
    const heirs = new RoleGraph(definition.roles).heirsOf(change.id);
    if (change.before !== undefined)
      await this.privileges.requireLosersInReach(actor.subject, before, after, [change.id, ...heirs]);
  }

  /** Of a role whose content stays as it is. @throws DomainError `RBAC.EXCEEDS_OWN_PERMISSIONS` */
  async requireHeld(actorId: string, roleId: string): Promise<void> {
    const policy = await this.privileges.readPolicy();
    await this.privileges.requireHeld(policy, actorId, policy.reachOf(roleId));
  }
}

/** A role that grows gives to its holders; one that shrinks gives to those to whom it is denied. */
function differenceOf(roleId: string, before: CompiledPolicy, after: CompiledPolicy): PermissionSet {
  const [was, is] = [before.reachOf(roleId), after.reachOf(roleId)];
  return is.without(was).unite(was.without(is));
}

function requireWellFormed(role: RoleDefinition, policy: PolicyDefinition, graph: RoleGraph): void {
  const unknown = [...unknownGrants(role, 'grants', policy), ...unknownGrants(role, 'except', policy)];
  if (unknown.length > 0) throw new DomainError('RBAC.UNKNOWN_PERMISSION', { errors: unknown });
  const known = new Set(policy.roles.map(({ id }) => id));
  const unknownParents = role.parents.flatMap((parent, index) =>
    known.has(parent)
      ? []
      : [{ pointer: `/parents/${index}`, code: 'unknown', message: 'There is no such role.' }],
  );
  if (unknownParents.length > 0) throw new DomainError('RBAC.UNKNOWN_ROLE', { errors: unknownParents });
  if (graph.inheritsFromItself(role.id)) throw new DomainError('RBAC.ROLE_CYCLE');
  if (graph.lineLength(role.id, MAX_LINE_LENGTH) > MAX_LINE_LENGTH) {
    throw new DomainError('RBAC.ROLE_TOO_DEEP', {
      detail: `At most ${MAX_LINE_LENGTH} roles may inherit in a line.`,
    });
  }
}

function unknownGrants(
  role: RoleDefinition,
  field: 'grants' | 'except',
  { permissions }: PolicyDefinition,
): FieldError[] {
  return role[field].flatMap((grant, index) => {
    if (grant === EVERYTHING) {
      const message = 'Only built-in roles cover everything.';
      return [{ pointer: `/${field}/${index}`, code: 'reserved', message }];
    }
    if (isWildcard(grant) || permissions.has(grant)) return [];
    return [{ pointer: `/${field}/${index}`, code: 'unknown', message: 'There is no such permission.' }];
  });
}
