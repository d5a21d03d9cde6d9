import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { factsOf } from './assignment-facts';
import { AssignmentsRepository } from './assignments.repository';
import { AssignmentCreatedEvent } from './events/assignment-created.event';
import { AssignmentDeletedEvent } from './events/assignment-deleted.event';
import { GroupMembersService } from './groups/group-members.service';
import { PolicyRepository } from './policy.repository';
import { PolicyWriter } from './policy-writer';
import { Privileges } from './privileges';
import {
  ADMINISTRATOR_ROLE_ID,
  BUILT_IN_ROLE_IDS,
  ROOT_RESOURCE_ID,
  type BuiltInRole,
} from './well-known-ids';

/** What happens to a principal's roles when the account comes or goes. Each joins the caller's transaction. */
@Injectable()
export class PrincipalAssignmentsService {
  constructor(
    private readonly assignments: AssignmentsRepository,
    private readonly policies: PolicyRepository,
    private readonly privileges: Privileges,
    private readonly writer: PolicyWriter,
    private readonly groups: GroupMembersService,
  ) {}

  async grantBuiltIn(principalId: string, role: BuiltInRole): Promise<void> {
    await this.writer.write(async () => {
      const place = {
        id: uuidv7(),
        principalId,
        roleId: BUILT_IN_ROLE_IDS[role],
        resourceId: ROOT_RESOURCE_ID,
        effect: 'allow' as const,
        condition: null,
        exempt: [],
        validFrom: null,
        validTo: null,
        reason: null,
      };
      if (!(await this.assignments.insert({ ...place, createdBy: null }))) return;
      const facts = factsOf({ ...place, principalType: 'user', source: 'manual' }, 'after');
      await this.writer.record(
        'policy.assignments',
        [principalId],
        new AssignmentCreatedEvent(place.id, facts),
      );
    });
  }

  async removeAllOf(principalId: string): Promise<void> {
    await this.writer.write(async () => {
      const removed = await this.assignments.deleteAllOf(principalId);
      if (removed.some(({ roleId, effect }) => roleId === ADMINISTRATOR_ROLE_ID && effect === 'allow')) {
        await this.privileges.requireAdministrator(await this.privileges.readPolicy());
      }
      const events = removed.map((gone) => new AssignmentDeletedEvent(gone.id, factsOf(gone, 'before')));
      await this.writer.record('policy.assignments', [principalId], ...events);
      await this.groups.removeFromAll(principalId);
    });
  }

  /** Until the transaction ends, neither of the two can come to hold more or less. */
  async requireDominance(actorId: string, targetId: string): Promise<void> {
    await this.policies.lock();
    await this.privileges.requireDominance(await this.privileges.readPolicy(), actorId, targetId);
  }

  async requireAdministratorBesides(principalId: string): Promise<void> {
    await this.policies.lock();
    await this.privileges.requireAdministratorBesides(await this.privileges.readPolicy(), principalId);
  }
}
