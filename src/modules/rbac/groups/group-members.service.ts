import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import type { Page } from '../../../common/http';
import { CursorCodec, keysetPage } from '../../../infrastructure/pagination';
import { AssignmentsRepository } from '../assignments.repository';
import type { AddGroupMemberBody, ListGroupMembersQuery } from '../dto/group.bodies';
import { GroupMemberAddedEvent } from '../events/group-member-added.event';
import { GroupMemberRemovedEvent } from '../events/group-member-removed.event';
import { PolicyWriter } from '../policy-writer';
import type { Written } from '../written';
import type { Membership } from './group';
import { GroupMembersRepository } from './group-members.repository';
import { GroupRules } from './group-rules';
import { GroupsService } from './groups.service';

const LIST = 'group-members';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Who belongs to which group. A key of the feed is the member whose groups changed, with all below it. */
@Injectable()
export class GroupMembersService {
  constructor(
    private readonly groups: GroupsService,
    private readonly members: GroupMembersRepository,
    private readonly rules: GroupRules,
    private readonly assignments: AssignmentsRepository,
    private readonly writer: PolicyWriter,
    private readonly cursors: CursorCodec,
  ) {}

  /** @throws DomainError `RBAC.GROUP_NOT_FOUND` */
  async list(groupId: string, { limit, cursor }: ListGroupMembersQuery): Promise<Page<Membership>> {
    await this.groups.getById(groupId);
    const list = `${LIST}:${groupId}`;
    const afterId = cursor === undefined ? undefined : this.cursors.decode(list, cursor)[0];
    const rows = await this.members.findPage(groupId, afterId ?? BEFORE_ALL, limit + 1);
    return keysetPage(rows, limit, ({ principalId }) => this.cursors.encode(list, [principalId]));
  }

  /**
   * @throws DomainError `RBAC.GROUP_NOT_FOUND`, `RBAC.UNKNOWN_PRINCIPAL`, `RBAC.MEMBER_EXISTS`,
   * `RBAC.LAST_ADMINISTRATOR`, and as {@link GroupRules}
   */
  add(actor: Principal, groupId: string, body: AddGroupMemberBody): Promise<Written<Membership>> {
    return this.writer.write(async (policyVersion) => {
      await this.groups.getById(groupId);
      const membership = { groupId, ...body };
      if ((await this.assignments.findPrincipalType(body.principalId)) !== body.principalType) {
        const message = 'There is no such principal of that type.';
        throw new DomainError('RBAC.UNKNOWN_PRINCIPAL', {
          errors: [{ pointer: '/principalId', code: 'unknown', message }],
        });
      }
      await this.rules.requireWellFormed(membership);
      const isLoss = await this.rules.requireChangeable(actor, membership, 'add');
      if (!(await this.members.insert(groupId, body.principalId, actor.subject))) {
        throw new DomainError('RBAC.MEMBER_EXISTS');
      }
      if (isLoss) await this.rules.requireAdministrator();
      await this.writer.record('policy.groups', [body.principalId], new GroupMemberAddedEvent(membership));
      return { ...membership, policyVersion };
    });
  }

  /** @throws DomainError `RBAC.MEMBER_NOT_FOUND`, `RBAC.LAST_ADMINISTRATOR`, and as {@link GroupRules} */
  remove(actor: Principal, groupId: string, principalId: string): Promise<Written<Membership>> {
    return this.writer.write(async (policyVersion) => {
      const membership = await this.members.find(groupId, principalId);
      if (membership === null) throw new DomainError('RBAC.MEMBER_NOT_FOUND');
      const isLoss = await this.rules.requireChangeable(actor, membership, 'remove');
      await this.members.delete(groupId, principalId);
      if (isLoss) await this.rules.requireAdministrator();
      await this.writer.record('policy.groups', [principalId], new GroupMemberRemovedEvent(membership));
      return { ...membership, policyVersion };
    });
  }

  /** Takes a principal that goes away out of every group. In the caller's transaction, inside a policy write. */
  async removeFromAll(principalId: string): Promise<void> {
    const removed = await this.members.deleteAllOf(principalId);
    if (removed.length === 0) return;
    const events = removed.map((membership) => new GroupMemberRemovedEvent(membership));
    await this.writer.record('policy.groups', [principalId], ...events);
  }
}
