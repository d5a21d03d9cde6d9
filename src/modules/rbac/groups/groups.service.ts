import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../../common/errors';
import type { FieldChanges } from '../../../common/events';
import type { Page } from '../../../common/http';
import { isUniqueViolation } from '../../../infrastructure/database';
import { CursorCodec, keysetPage } from '../../../infrastructure/pagination';
import type { CreateGroupBody, ListGroupsQuery, UpdateGroupBody } from '../dto/group.bodies';
import { GroupCreatedEvent } from '../events/group-created.event';
import { GroupDeletedEvent } from '../events/group-deleted.event';
import { GroupUpdatedEvent } from '../events/group-updated.event';
import { PolicyWriter } from '../policy-writer';
import type { Written } from '../written';
import type { Group, GroupContent } from './group';
import { GROUP_NAME_CONSTRAINT, GroupsRepository } from './groups.repository';

const LIST = 'groups';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Groups as such; who belongs to them is {@link GroupMembersService}'s. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly writer: PolicyWriter,
    private readonly cursors: CursorCodec,
  ) {}

  async list({ name, limit, cursor }: ListGroupsQuery): Promise<Page<Group>> {
    if (name !== undefined) {
      const group = await this.groups.findByName(name);
      return { items: group === null ? [] : [group], nextCursor: null };
    }
    const afterId = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const rows = await this.groups.findPage(afterId ?? BEFORE_ALL, limit + 1);
    return keysetPage(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /** @throws DomainError `RBAC.GROUP_NOT_FOUND` */
  async getById(id: string): Promise<Group> {
    const group = await this.groups.findById(id);
    if (group === null) throw new DomainError('RBAC.GROUP_NOT_FOUND');
    return group;
  }

  /** @throws DomainError `RBAC.GROUP_NAME_TAKEN` */
  create(body: CreateGroupBody): Promise<Written<Group>> {
    return this.writer.write(async (policyVersion) => {
      const id = uuidv7();
      await this.unlessTaken(() => this.groups.insert({ id, ...body }));
      await this.writer.record('policy.groups', [id], new GroupCreatedEvent(id, changesOf({}, body)));
      return { ...(await this.getById(id)), policyVersion };
    });
  }

  /** @throws DomainError `RBAC.GROUP_NOT_FOUND`, `REQUEST.PRECONDITION_FAILED`, `RBAC.GROUP_NAME_TAKEN` */
  update(id: string, version: number, body: UpdateGroupBody): Promise<Written<Group>> {
    return this.writer.write(async (policyVersion) => {
      const before = await this.getVersion(id, version);
      const after = { ...before, ...body };
      await this.unlessTaken(() => this.groups.update(after));
      await this.writer.record('policy.groups', [id], new GroupUpdatedEvent(id, changesOf(before, after)));
      return { ...(await this.getById(id)), policyVersion };
    });
  }

  /**
   * Answers the version of the policy without it.
   *
   * @throws DomainError `RBAC.GROUP_NOT_FOUND`, `REQUEST.PRECONDITION_FAILED`, `RBAC.GROUP_IN_USE`
   */
  delete(id: string, version: number): Promise<string> {
    return this.writer.write(async (policyVersion) => {
      const before = await this.getVersion(id, version);
      if (await this.groups.isUsed(id)) throw new DomainError('RBAC.GROUP_IN_USE');
      await this.groups.delete(id);
      await this.writer.record('policy.groups', [id], new GroupDeletedEvent(id, changesOf(before, {})));
      return policyVersion;
    });
  }

  private async getVersion(id: string, version: number): Promise<Group> {
    const group = await this.getById(id);
    if (group.version !== version) throw new DomainError('REQUEST.PRECONDITION_FAILED');
    return group;
  }

  private async unlessTaken(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (isUniqueViolation(error, GROUP_NAME_CONSTRAINT))
        throw new DomainError('RBAC.GROUP_NAME_TAKEN', { cause: error });
      throw error;
    }
  }
}

function changesOf(before: Partial<GroupContent>, after: Partial<GroupContent>): FieldChanges {
  const fields = (['name', 'description'] as const).filter((field) => before[field] !== after[field]);
  return Object.fromEntries(
    fields.map((field) => [
      field,
      {
        ...(before[field] !== undefined && { before: before[field] }),
        ...(after[field] !== undefined && { after: after[field] }),
      },
    ]),
  );
}
