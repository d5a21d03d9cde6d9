import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../common/access';
import { DomainError, type ErrorCode } from '../../common/errors';
import type { Page } from '../../common/http';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import type { Assignment, WrittenAssignment } from './assignment';
import { factsOf } from './assignment-facts';
import { AssignmentsRepository } from './assignments.repository';
import type { CreateAssignmentBody, ListAssignmentsQuery } from './dto/assignment.bodies';
import { AssignmentCreatedEvent } from './events/assignment-created.event';
import { AssignmentDeletedEvent } from './events/assignment-deleted.event';
import { PolicyWriter } from './policy-writer';
import { Privileges } from './privileges';
import { RolesRepository } from './roles.repository';
import { ADMINISTRATOR_ROLE_ID, ROOT_RESOURCE_ID } from './well-known-ids';

const LIST = 'assignments';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Who holds which role: the use cases of the API. */
@Injectable()
export class AssignmentsService {
  constructor(
    private readonly assignments: AssignmentsRepository,
    private readonly roles: RolesRepository,
    private readonly privileges: Privileges,
    private readonly writer: PolicyWriter,
    private readonly cursors: CursorCodec,
  ) {}

  async list({ limit, cursor, principalId, roleId }: ListAssignmentsQuery): Promise<Page<Assignment>> {
    const filter = {
      ...(principalId !== undefined && { principalId }),
      ...(roleId !== undefined && { roleId }),
    };
    const afterId = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const rows = await this.assignments.findPage(filter, afterId ?? BEFORE_ALL, limit + 1);
    return keysetPage(rows, limit, (last) => this.cursors.encode(LIST, [last.id]));
  }

  /**
   * Allowing needs all that the role grants; denying must not touch somebody more privileged.
   *
   * @throws DomainError `RBAC.UNKNOWN_PRINCIPAL`, `RBAC.UNKNOWN_ROLE`, `RBAC.UNKNOWN_RESOURCE`,
   * `RBAC.ASSIGNMENT_EXISTS`, `RBAC.EXCEEDS_OWN_PERMISSIONS`, `RBAC.TARGET_MORE_PRIVILEGED`, `RBAC.LAST_ADMINISTRATOR`
   */
  create(actor: Principal, body: CreateAssignmentBody): Promise<WrittenAssignment> {
    return this.writer.write(async (policyVersion) => {
      await this.requireReferences(body);
      const { principalType, principalId, roleId, effect, reason = null } = body;
      const policy = await this.privileges.readPolicy();
      if (effect === 'allow')
        await this.privileges.requireHeld(policy, actor.subject, policy.reachOf(roleId));
      else await this.privileges.requireDominance(policy, actor.subject, principalId);
      const place = { id: uuidv7(), principalId, roleId, resourceId: ROOT_RESOURCE_ID, effect, reason };
      if (!(await this.assignments.insert({ ...place, createdBy: actor.subject }))) {
        throw new DomainError('RBAC.ASSIGNMENT_EXISTS');
      }
      if (effect === 'deny') await this.privileges.requireAdministrator(policy);
      const assignment: Assignment = { ...place, principalType, source: 'manual' };
      const event = new AssignmentCreatedEvent(assignment.id, factsOf(assignment, 'after'));
      await this.writer.record('policy.assignments', [principalId], event);
      return { ...assignment, policyVersion };
    });
  }

  /**
   * Taking back must not touch somebody more privileged; taking a denial back is a grant of what it denied.
   *
   * @throws DomainError `RBAC.ASSIGNMENT_NOT_FOUND`, `RBAC.EXCEEDS_OWN_PERMISSIONS`, `RBAC.TARGET_MORE_PRIVILEGED`,
   * `RBAC.LAST_ADMINISTRATOR`
   */
  delete(actor: Principal, id: string): Promise<WrittenAssignment> {
    return this.writer.write(async (policyVersion) => {
      const assignment = await this.assignments.findById(id);
      if (assignment === null) throw new DomainError('RBAC.ASSIGNMENT_NOT_FOUND');
      const { principalId, roleId, effect } = assignment;
      const policy = await this.privileges.readPolicy();
      await this.privileges.requireDominance(policy, actor.subject, principalId);
      if (effect === 'deny') await this.privileges.requireHeld(policy, actor.subject, policy.reachOf(roleId));
      await this.assignments.delete(id);
      if (effect === 'allow' && roleId === ADMINISTRATOR_ROLE_ID)
        await this.privileges.requireAdministrator(policy);
      const event = new AssignmentDeletedEvent(id, factsOf(assignment, 'before'));
      await this.writer.record('policy.assignments', [principalId], event);
      return { ...assignment, policyVersion };
    });
  }

  private async requireReferences(body: CreateAssignmentBody): Promise<void> {
    if ((await this.assignments.findPrincipalType(body.principalId)) !== body.principalType) {
      throw unknown('RBAC.UNKNOWN_PRINCIPAL', '/principalId', 'There is no such principal of that type.');
    }
    if (!(await this.roles.exists(body.roleId)))
      throw unknown('RBAC.UNKNOWN_ROLE', '/roleId', 'There is no such role.');
    if (body.resourceId !== undefined && body.resourceId !== ROOT_RESOURCE_ID) {
      throw unknown('RBAC.UNKNOWN_RESOURCE', '/resourceId', 'There is no such resource.');
    }
  }
}

function unknown(code: ErrorCode, pointer: string, message: string): DomainError {
  return new DomainError(code, { errors: [{ pointer, code: 'unknown', message }] });
}
