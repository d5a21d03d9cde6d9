import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AssurancePolicy, SENSITIVE, type Principal } from '../../common/access';
import { DomainError } from '../../common/errors';
import type { FieldChanges } from '../../common/events';
import type { Page } from '../../common/http';
import { isUniqueViolation } from '../../infrastructure/database';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import type { CreateRoleBody, ListRolesQuery, UpdateRoleBody } from './dto/role.bodies';
import { RoleCreatedEvent } from './events/role-created.event';
import { RoleDeletedEvent } from './events/role-deleted.event';
import { RoleUpdatedEvent } from './events/role-updated.event';
import { PolicyWriter } from './policy-writer';
import type { Role, RoleContent } from './role';
import { RoleRules } from './role-rules';
import { ROLE_NAME_CONSTRAINT, RolesRepository } from './roles.repository';
import type { Written } from './written';

const LIST = 'roles';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** The use cases of roles. The rules of privilege are {@link RoleRules}. */
@Injectable()
export class RolesService {
  constructor(
    private readonly roles: RolesRepository,
    private readonly rules: RoleRules,
    private readonly writer: PolicyWriter,
    private readonly cursors: CursorCodec,
    private readonly assurance: AssurancePolicy,
  ) {}

  async list({ name, limit, cursor }: ListRolesQuery): Promise<Page<Role>> {
    if (name !== undefined) {
      const role = await this.roles.findByName(name);
      return { items: role === null ? [] : [role], nextCursor: null };
    }
    const afterId = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const rows = await this.roles.findPage(afterId ?? BEFORE_ALL, limit + 1);
    return keysetPage(rows, limit, (last) => this.cursors.encode(LIST, [last.id]));
  }

  /** @throws DomainError `RBAC.ROLE_NOT_FOUND` */
  async getById(id: string): Promise<Role> {
    const role = await this.roles.findById(id);
    if (role === null) throw new DomainError('RBAC.ROLE_NOT_FOUND');
    return role;
  }

  /** @throws DomainError `RBAC.ROLE_NAME_TAKEN`, and as {@link RoleRules.requirePermitted} */
  create(actor: Principal, body: CreateRoleBody): Promise<Written<Role>> {
    return this.writer.write(async (policyVersion) => {
      const id = uuidv7();
      const role = { id, ...contentOf(body) };
      await this.rules.requirePermitted(actor, { id, after: role });
      await this.unlessTaken(() => this.roles.insert(role));
      await this.writer.record('policy.roles', [id], new RoleCreatedEvent(id, changesOf(undefined, role)));
      return { ...(await this.getById(id)), policyVersion };
    });
  }

  /**
   * @throws DomainError `RBAC.ROLE_NOT_FOUND`, `RBAC.ROLE_IS_SYSTEM`, `REQUEST.PRECONDITION_FAILED`,
   * `RBAC.ROLE_NAME_TAKEN`, and as {@link RoleRules.requirePermitted}
   */
  update(actor: Principal, id: string, version: number, body: UpdateRoleBody): Promise<Written<Role>> {
    return this.writer.write(async (policyVersion) => {
      const before = await this.getById(id);
      const role = { id, ...contentOf({ ...before, ...body }) };
      const { requiresMfa, ...rest } = body;
      if (before.system && Object.keys(rest).length > 0) throw new DomainError('RBAC.ROLE_IS_SYSTEM');
      requireVersion(before, version);
      if (before.system) await this.rules.requireHeld(actor.subject, id);
      else await this.rules.requirePermitted(actor, { id, before, after: role });
      // Who could take the demand back with a stolen token would not need the factor.
      if (requiresMfa === !before.requiresMfa) await this.assurance.require(actor, SENSITIVE);
      await this.unlessTaken(() => this.roles.update(role));
      await this.writer.record('policy.roles', [id], new RoleUpdatedEvent(id, changesOf(before, role)));
      return { ...(await this.getById(id)), policyVersion };
    });
  }

  /**
   * Answers the version of the policy without it.
   *
   * @throws DomainError `RBAC.ROLE_NOT_FOUND`, `RBAC.ROLE_IS_SYSTEM`, `REQUEST.PRECONDITION_FAILED`,
   * `RBAC.ROLE_IN_USE`, `RBAC.EXCEEDS_OWN_PERMISSIONS`
   */
  delete(actor: Principal, id: string, version: number): Promise<string> {
    return this.writer.write(async (policyVersion) => {
      const before = await this.getById(id);
      if (before.system) throw new DomainError('RBAC.ROLE_IS_SYSTEM');
      requireVersion(before, version);
      if (await this.roles.isUsed(id)) throw new DomainError('RBAC.ROLE_IN_USE');
      await this.rules.requirePermitted(actor, { id, before });
      await this.roles.delete(id);
      await this.writer.record('policy.roles', [id], new RoleDeletedEvent(id, changesOf(before, undefined)));
      return policyVersion;
    });
  }

  private async unlessTaken(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (isUniqueViolation(error, ROLE_NAME_CONSTRAINT))
        throw new DomainError('RBAC.ROLE_NAME_TAKEN', { cause: error });
      throw error;
    }
  }
}

/** @throws DomainError `REQUEST.PRECONDITION_FAILED` */
function requireVersion(role: Role, version: number): void {
  if (role.version !== version) throw new DomainError('REQUEST.PRECONDITION_FAILED');
}

function contentOf({ name, description, grants, except, parents, requiresMfa }: RoleContent): RoleContent {
  return { name, description, grants, except, parents, requiresMfa };
}

/** Before and after of every field that differs. */
function changesOf(before: RoleContent | undefined, after: RoleContent | undefined): FieldChanges {
  const fields = ['name', 'description', 'grants', 'except', 'parents', 'requiresMfa'] as const;
  const differing = fields.filter(
    (field) => JSON.stringify(before?.[field]) !== JSON.stringify(after?.[field]),
  );
  return Object.fromEntries(
    differing.map((field) => [
      field,
      { ...(before && { before: before[field] }), ...(after && { after: after[field] }) },
    ]),
  );
}
