import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Grants } from '../../../common/access';
import type { DomainEvent, FieldChanges } from '../../../common/events';
import { AssignmentCreatedEvent } from '../events/assignment-created.event';
import { AssignmentDeletedEvent } from '../events/assignment-deleted.event';
import { GroupMemberAddedEvent } from '../events/group-member-added.event';
import { GroupMemberRemovedEvent } from '../events/group-member-removed.event';
import { PolicyWriter } from '../policy-writer';
import { Privileges } from '../privileges';
import {
  ProvidedGrantsRepository,
  type ProvidedAssignment,
  type ProvidedRole,
} from './provided-grants.repository';

interface Difference {
  readonly addedRoles: readonly ProvidedAssignment[];
  readonly goneRoles: readonly ProvidedAssignment[];
  readonly addedGroups: readonly string[];
  readonly goneGroups: readonly string[];
}

/** What an identity provider says that somebody has: apart from what people gave them, and from other providers. */
@Injectable()
export class ProvidedGrantsService {
  constructor(
    private readonly grants: ProvidedGrantsRepository,
    private readonly privileges: Privileges,
    private readonly writer: PolicyWriter,
  ) {}

  /**
   * Makes what `source` gives the user equal to `wanted`. Costs no policy write where it is so already.
   *
   * @throws DomainError `RBAC.LAST_ADMINISTRATOR`
   */
  async replace(userId: string, source: string, wanted: Grants): Promise<void> {
    if (isEmpty(await this.differenceOf(userId, source, wanted))) return;
    await this.writer.write(async () => {
      const difference = await this.differenceOf(userId, source, wanted);
      if (isEmpty(difference)) return;
      await this.replaceRoles(userId, source, difference);
      await this.replaceGroups(userId, source, difference);
      if (difference.goneRoles.length + difference.goneGroups.length + difference.addedGroups.length > 0)
        await this.privileges.requireAdministrator(await this.privileges.readPolicy());
    });
  }

  private async differenceOf(userId: string, source: string, wanted: Grants): Promise<Difference> {
    const roles = await this.grants.findExistingRoles(wanted.roles);
    const groups = await this.grants.findExistingGroupIds(wanted.groupIds);
    const held = await this.grants.findAssignments(userId, source);
    const memberOf = await this.grants.findGroupIds(userId, source);
    return {
      addedRoles: roles.filter((role) => !includes(held, role)).map((role) => ({ id: uuidv7(), ...role })),
      goneRoles: held.filter((role) => !includes(roles, role)),
      addedGroups: groups.filter((id) => !memberOf.includes(id)),
      goneGroups: memberOf.filter((id) => !groups.includes(id)),
    };
  }

  private async replaceRoles(
    userId: string,
    source: string,
    { addedRoles, goneRoles }: Difference,
  ): Promise<void> {
    if (addedRoles.length + goneRoles.length === 0) return;
    for (const { id } of goneRoles) await this.grants.deleteAssignment(id);
    for (const role of addedRoles) await this.grants.insertAssignment(userId, source, role);
    await this.writer.record(
      'policy.assignments',
      [userId],
      ...goneRoles.map(
        (role) => new AssignmentDeletedEvent(role.id, factsOf('before', userId, source, role)),
      ),
      ...addedRoles.map(
        (role) => new AssignmentCreatedEvent(role.id, factsOf('after', userId, source, role)),
      ),
    );
  }

  private async replaceGroups(
    userId: string,
    source: string,
    { addedGroups, goneGroups }: Difference,
  ): Promise<void> {
    if (addedGroups.length + goneGroups.length === 0) return;
    for (const id of goneGroups) await this.grants.deleteMembership(id, userId, source);
    for (const id of addedGroups) await this.grants.insertMembership(id, userId, source);
    const events: DomainEvent[] = [
      ...goneGroups.map((groupId) => new GroupMemberRemovedEvent(membership(groupId, userId))),
      ...addedGroups.map((groupId) => new GroupMemberAddedEvent(membership(groupId, userId))),
    ];
    await this.writer.record('policy.groups', [userId], ...events);
  }
}

function isEmpty(difference: Difference): boolean {
  return Object.values(difference).every((part: readonly unknown[]) => part.length === 0);
}

function includes(roles: readonly ProvidedRole[], { roleId, resourceId }: ProvidedRole): boolean {
  return roles.some((role) => role.roleId === roleId && role.resourceId === resourceId);
}

function membership(
  groupId: string,
  principalId: string,
): { readonly groupId: string; readonly principalType: 'user'; readonly principalId: string } {
  return { groupId, principalType: 'user', principalId };
}

function factsOf(
  side: 'before' | 'after',
  principalId: string,
  source: string,
  { roleId, resourceId }: ProvidedRole,
): FieldChanges {
  const facts = { principalType: 'user', principalId, roleId, resourceId, effect: 'allow', source };
  return Object.fromEntries(Object.entries(facts).map(([field, value]) => [field, { [side]: value }]));
}
