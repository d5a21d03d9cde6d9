import { Injectable } from '@nestjs/common';
import type { ListFilter, Principal } from '../../common/access';
import { DomainError, type ErrorCode } from '../../common/errors';
import type { Page } from '../../common/http';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import type { Assignment } from './assignment';
import { assignmentFrom } from './assignment-from';
import { factsOf } from './assignment-facts';
import { AssignmentsRepository } from './assignments.repository';
import type { CreateAssignmentBody, ListAssignmentsQuery } from './dto/assignment.bodies';
import { AssignmentCreatedEvent } from './events/assignment-created.event';
import { AssignmentDeletedEvent } from './events/assignment-deleted.event';
import { PolicyRepository } from './policy.repository';
import { PolicyWriter } from './policy-writer';
import { Privileges } from './privileges';
import { RolesRepository } from './roles.repository';
import { ADMINISTRATOR_ROLE_ID } from './well-known-ids';
import type { Written } from './written';

const LIST = 'assignments';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Who holds which role: the use cases of the API. */
@Injectable()
export class AssignmentsService {
  constructor(
    private readonly assignments: AssignmentsRepository,
    private readonly roles: RolesRepository,
    private readonly privileges: Privileges,
    private readonly policies: PolicyRepository,
    private readonly writer: PolicyWriter,
    private readonly cursors: CursorCodec,
  ) {}

  async list(
    { limit, cursor, ...filter }: ListAssignmentsQuery,
    access: ListFilter,
  ): Promise<Page<Assignment>> {
    const afterId = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const rows = await this.assignments.findPage(filter, access, afterId ?? BEFORE_ALL, limit + 1);
    return keysetPage(rows, limit, (last) => this.cursors.encode(LIST, [last.id]));
  }

  /**
   * Allowing needs all that the role grants; denying must not touch somebody more privileged.
   *
   * @throws DomainError `RBAC.INVALID_CONDITION`, `RBAC.INVALID_EXEMPTION`, `RBAC.UNKNOWN_PRINCIPAL`, `RBAC.UNKNOWN_ROLE`,
   * `RBAC.UNKNOWN_RESOURCE`,
   * `RBAC.ASSIGNMENT_EXISTS`, `AUTH.INSUFFICIENT_USER_AUTHENTICATION`, `RBAC.EXCEEDS_OWN_PERMISSIONS`, `RBAC.TARGET_MORE_PRIVILEGED`, `RBAC.LAST_ADMINISTRATOR`
   */
  create(actor: Principal, body: CreateAssignmentBody): Promise<Written<Assignment>> {
    const assignment = assignmentFrom(body);
    return this.writer.write(async (policyVersion) => {
      await this.requireReferences(assignment);
      const { principalId, roleId, resourceId, effect } = assignment;
      const policy = await this.privileges.readPolicy();
      if (effect === 'allow') {
        await this.privileges.requireHeld(policy, actor.subject, policy.reachOf(roleId), resourceId);
        await this.privileges.requireFreshToGive(policy, actor, [roleId]);
      } else await this.privileges.requireDominance(policy, actor.subject, principalId, resourceId);
      if (!(await this.assignments.insert({ ...assignment, createdBy: actor.subject }))) {
        throw new DomainError('RBAC.ASSIGNMENT_EXISTS');
      }
      if (effect === 'deny') await this.privileges.requireAdministrator(policy);
      const event = new AssignmentCreatedEvent(assignment.id, factsOf(assignment, 'after'));
      await this.writer.record('policy.assignments', [principalId], event);
      return { ...assignment, policyVersion };
    });
  }

  /**
   * Taking back must not touch somebody more privileged; taking a denial back is a grant of what it denied.
   *
   * @throws DomainError `RBAC.ASSIGNMENT_NOT_FOUND`, `AUTH.INSUFFICIENT_USER_AUTHENTICATION`, `RBAC.EXCEEDS_OWN_PERMISSIONS`, `RBAC.TARGET_MORE_PRIVILEGED`,
   * `RBAC.LAST_ADMINISTRATOR`
   */
  delete(actor: Principal, id: string): Promise<Written<Assignment>> {
    return this.writer.write(async (policyVersion) => {
      const assignment = await this.assignments.findById(id);
      if (assignment === null) throw new DomainError('RBAC.ASSIGNMENT_NOT_FOUND');
      const { principalId, roleId, resourceId, effect } = assignment;
      const policy = await this.privileges.readPolicy();
      await this.privileges.requireDominance(policy, actor.subject, principalId, resourceId);
      if (effect === 'deny') {
        await this.privileges.requireHeld(policy, actor.subject, policy.reachOf(roleId), resourceId);
        await this.privileges.requireFreshToGive(policy, actor, [roleId]);
      }
      await this.assignments.delete(id);
      if (effect === 'allow' && roleId === ADMINISTRATOR_ROLE_ID)
        await this.privileges.requireAdministrator(policy);
      const event = new AssignmentDeletedEvent(id, factsOf(assignment, 'before'));
      await this.writer.record('policy.assignments', [principalId], event);
      return { ...assignment, policyVersion };
    });
  }

  private async requireReferences(assignment: Assignment): Promise<void> {
    const { principalId, principalType, roleId, resourceId, exempt } = assignment;
    if ((await this.assignments.findPrincipalType(principalId)) !== principalType)
      throw unknown('RBAC.UNKNOWN_PRINCIPAL', '/principalId', 'There is no such principal of that type.');
    if (!(await this.roles.exists(roleId)))
      throw unknown('RBAC.UNKNOWN_ROLE', '/roleId', 'There is no such role.');
    if ((await this.policies.findNode(resourceId)) === null)
      throw unknown('RBAC.UNKNOWN_RESOURCE', '/resourceId', 'There is no such resource.');
    const existing = await this.assignments.findExisting(exempt);
    const index = exempt.findIndex((id) => !existing.has(id));
    if (index >= 0)
      throw unknown('RBAC.UNKNOWN_PRINCIPAL', `/exempt/${index}`, 'There is no such principal.');
  }
}

function unknown(code: ErrorCode, pointer: string, message: string): DomainError {
  return new DomainError(code, { errors: [{ pointer, code: 'unknown', message }] });
}
