import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { declaredPermissions } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import type { DomainEvent, FieldChanges } from '../../../common/events';
import { isUniqueViolation } from '../../../infrastructure/database';
import { RoleCreatedEvent } from '../events/role-created.event';
import { RoleDeletedEvent } from '../events/role-deleted.event';
import { RoleUpdatedEvent } from '../events/role-updated.event';
import { PolicyWriter } from '../policy-writer';
import { ROLE_NAME_CONSTRAINT } from '../roles.repository';
import { ImportedHoldersService } from './imported-holders.service';
import type { ImportedPolicy, ImportedRole } from './imported-policy';
import { PolicyImportRepository, type StoredRole } from './policy-import.repository';

const NAMESPACE = /^[a-z][a-z0-9-]*$/;

type StoredRoles = ReadonlyMap<string, StoredRole>;

export interface ImportSummary {
  readonly newPermissions: number;
  readonly newRoles: number;
  readonly changedRoles: number;
  /** Roles that the file does not hold any more: gone, or without grants where they are still in use. */
  readonly retiredRoles: number;
  /** Assignments that came or went. */
  readonly changedAssignments: number;
}

/**
 * Makes a namespace of imported permissions and roles say what a file says: a second import of the same file changes
 * nothing. For operators at the console: the rules of who may grant what do not apply.
 */
@Injectable()
export class PolicyImportService {
  constructor(
    private readonly imports: PolicyImportRepository,
    private readonly holders: ImportedHoldersService,
    private readonly writer: PolicyWriter,
  ) {}

  /**
   * @param roleNameOf where given, the one role of the namespace that each principal, by its id, holds at the root.
   * @throws DomainError `RBAC.ROLE_NAME_TAKEN` where a role of the name exists that was not imported.
   * @throws Error where the namespace is malformed, or code declares permissions of that name.
   */
  import(policy: ImportedPolicy, roleNameOf?: ReadonlyMap<string, string>): Promise<ImportSummary> {
    requireForeign(policy.namespace);
    return this.writer.write(async () => {
      const newPermissions = await this.imports.insertPermissions(policy.permissions);
      const roles = await this.imports.findRoles(policy.namespace);
      const stored = new Map(roles.map((role) => [role.name, role]));
      const added = await this.add(policy, stored);
      const changed = await this.change(policy, stored);
      const changedAssignments =
        roleNameOf === undefined ? 0 : await this.holders.assign(policy.namespace, roleNameOf);
      const retired = await this.retire(policy, stored);
      const events = [...added, ...changed, ...retired];
      if (newPermissions + events.length > 0) await this.writer.record('policy.roles', [], ...events);
      return {
        newPermissions,
        newRoles: added.length,
        changedRoles: changed.length,
        retiredRoles: retired.length,
        changedAssignments,
      };
    });
  }

  private async add({ namespace, roles }: ImportedPolicy, stored: StoredRoles): Promise<DomainEvent[]> {
    const added = roles.filter(({ name }) => !stored.has(name)).map((role) => ({ ...role, id: uuidv7() }));
    try {
      await this.imports.insertRoles(added, namespace);
    } catch (error) {
      if (isUniqueViolation(error, ROLE_NAME_CONSTRAINT))
        throw new DomainError('RBAC.ROLE_NAME_TAKEN', { cause: error });
      throw error;
    }
    return added.map(
      ({ id, name, grants }) =>
        new RoleCreatedEvent(id, { name: { after: name }, grants: { after: grants } }),
    );
  }

  private async change({ roles }: ImportedPolicy, stored: StoredRoles): Promise<DomainEvent[]> {
    const changes = roles.flatMap((role) => {
      const before = stored.get(role.name);
      return before === undefined || isSame(before, role) ? [] : [{ before, after: { ...before, ...role } }];
    });
    await this.imports.updateRoles(changes.map(({ after }) => after));
    return changes.map(({ before, after }) => new RoleUpdatedEvent(before.id, grantsChange(before, after)));
  }

  private async retire({ roles }: ImportedPolicy, stored: StoredRoles): Promise<DomainEvent[]> {
    const names = new Set(roles.map(({ name }) => name));
    const missing = [...stored.values()].filter(({ name }) => !names.has(name));
    const deleted = new Set(await this.imports.deleteUnusedRoles(missing.map(({ id }) => id)));
    const emptied = missing.filter(({ id, grants }) => !deleted.has(id) && grants.length > 0);
    await this.imports.updateRoles(emptied.map((role) => ({ ...role, grants: [] })));
    return [
      ...[...deleted].map((id) => new RoleDeletedEvent(id, {})),
      ...emptied.map((role) => new RoleUpdatedEvent(role.id, grantsChange(role, { ...role, grants: [] }))),
    ];
  }
}

/** A wildcard such as `users.*:*` must not come to cover what a file brings. */
function requireForeign(namespace: string): void {
  if (!NAMESPACE.test(namespace)) throw new Error(`"${namespace}" is no namespace: use a-z, 0-9 and "-"`);
  const owners = new Set([...declaredPermissions().keys()].map((name) => name.split(/[.:]/, 1)[0]));
  if (owners.has(namespace)) throw new Error(`The namespace "${namespace}" is that of a module`);
}

function isSame(a: ImportedRole, b: ImportedRole): boolean {
  return a.description === b.description && a.grants.join('\n') === b.grants.join('\n');
}

/** What came and what went: the lists themselves may hold thousands of names. */
function grantsChange(before: ImportedRole, after: ImportedRole): FieldChanges {
  const without = (a: ImportedRole, b: ImportedRole): string[] => {
    const names = new Set(b.grants);
    return a.grants.filter((name) => !names.has(name));
  };
  return { grants: { before: without(before, after), after: without(after, before) } };
}
