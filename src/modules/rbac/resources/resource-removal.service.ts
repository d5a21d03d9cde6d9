import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { factsOf } from '../assignment-facts';
import { AssignmentsRepository } from '../assignments.repository';
import { AssignmentDeletedEvent } from '../events/assignment-deleted.event';
import { ResourceDeletedEvent } from '../events/resource-deleted.event';
import { PolicyWriter } from '../policy-writer';
import { ROOT_RESOURCE_ID } from '../well-known-ids';
import type { Resource } from './resource';
import { ResourceRules } from './resource-rules';
import { ResourcesRepository } from './resources.repository';

interface Deletion {
  readonly version: number;
  /** Whether all below, and every assignment there, goes as well. */
  readonly cascade: boolean;
}

/** How resources go. An id is never given out again, so what comes back under an old key inherits nothing. */
@Injectable()
export class ResourceRemovalService {
  constructor(
    private readonly resources: ResourcesRepository,
    private readonly rules: ResourceRules,
    private readonly assignments: AssignmentsRepository,
    private readonly writer: PolicyWriter,
  ) {}

  /**
   * Answers the version of the policy without it.
   *
   * @throws DomainError `RBAC.RESOURCE_NOT_FOUND`, `RBAC.RESOURCE_IS_ROOT`, `REQUEST.PRECONDITION_FAILED`,
   * `RBAC.RESOURCE_IN_USE`, `RBAC.EXCEEDS_OWN_PERMISSIONS`
   */
  delete(actor: Principal, id: string, { version, cascade }: Deletion): Promise<string> {
    return this.writer.write(async (policyVersion) => {
      const resource = await this.getDeletable(id, version);
      if (cascade) await this.takeBackAssignments(actor, id);
      else if (await this.resources.isUsed(id)) {
        throw new DomainError('RBAC.RESOURCE_IN_USE', {
          detail: 'Something lies below it, or is assigned at it. `?cascade=true` deletes that as well.',
        });
      }
      const count = await this.resources.deleteWithAllBelow(id);
      const event = new ResourceDeletedEvent(id, factsOfResource(resource, count));
      await this.writer.record('policy.resources', [id], event);
      return policyVersion;
    });
  }

  private async getDeletable(id: string, version: number): Promise<Resource> {
    const resource = await this.resources.findById(id);
    if (resource === null) throw new DomainError('RBAC.RESOURCE_NOT_FOUND');
    if (id === ROOT_RESOURCE_ID) throw new DomainError('RBAC.RESOURCE_IS_ROOT');
    if (resource.version !== version) throw new DomainError('REQUEST.PRECONDITION_FAILED');
    return resource;
  }

  private async takeBackAssignments(actor: Principal, id: string): Promise<void> {
    const roles = await this.resources.findRolesAtOrBelow(id);
    await this.rules.requireHeld(actor.subject, roles);
    for (const { assignmentId } of roles) {
      const assignment = await this.assignments.findById(assignmentId);
      if (assignment === null) continue;
      await this.assignments.delete(assignmentId);
      const event = new AssignmentDeletedEvent(assignmentId, factsOf(assignment, 'before'));
      await this.writer.record('policy.assignments', [assignment.principalId], event);
    }
  }
}

function factsOfResource({ type, key, name, parentId }: Resource, count: number) {
  const facts = { type, key, name, parentId, ...(count > 1 && { alsoDeletedBelow: count - 1 }) };
  return Object.fromEntries(Object.entries(facts).map(([field, before]) => [field, { before }]));
}
