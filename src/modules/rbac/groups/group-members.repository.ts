import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import type { Effect } from '../assignment';
import type { Membership } from './group';

/** A role that a group gives its members, or denies them, or spares them the denial of. */
export interface RoleOfGroup {
  readonly roleId: string;
  readonly resourceId: string;
  /** `exempt` where the denial is somebody else's, from which the group is exempt. */
  readonly effect: Effect | 'exempt';
}

const COLUMNS = `m.group_id AS "groupId", p.type AS "principalType", m.member_id AS "principalId"
  FROM group_members m JOIN principals p ON p.id = m.member_id`;
const FIND = {
  name: 'group-members-find',
  // By hand; what an identity provider said is the provider's to take back.
  text: `SELECT ${COLUMNS} WHERE m.group_id = $1 AND m.member_id = $2 AND m.source = 'manual'`,
};
const FIND_PAGE = {
  name: 'group-members-find-page',
  text: `SELECT DISTINCT ON (m.member_id) ${COLUMNS} WHERE m.group_id = $1 AND m.member_id > $2
         ORDER BY m.member_id LIMIT $3`,
};
const INSERT = {
  name: 'group-members-insert',
  text: `INSERT INTO group_members (group_id, member_id, added_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
};
const DELETE = {
  name: 'group-members-delete',
  text: `DELETE FROM group_members WHERE group_id = $1 AND member_id = $2 AND source = 'manual'`,
};
const DELETE_OF_MEMBER = {
  name: 'group-members-delete-of-member',
  text: `DELETE FROM group_members m USING principals p WHERE p.id = m.member_id AND m.member_id = $1
         RETURNING m.group_id AS "groupId", p.type AS "principalType", m.member_id AS "principalId"`,
};
// A level a line, each group once a level: what is no tree is still walked in bounded time.
const LEVELS_ABOVE = {
  name: 'group-members-levels-above',
  text: `WITH RECURSIVE above (id, level) AS (
           SELECT $1::uuid, 0
           UNION
           SELECT m.group_id, a.level + 1 FROM group_members m JOIN above a ON m.member_id = a.id WHERE a.level < $2)
         SELECT id, max(level) AS level FROM above GROUP BY id`,
};
const LEVELS_BELOW = {
  name: 'group-members-levels-below',
  text: `WITH RECURSIVE below (id, type, level) AS (
           SELECT $1::uuid, (SELECT type FROM principals WHERE id = $1), 0
           UNION
           SELECT m.member_id, p.type, b.level + 1
           FROM group_members m JOIN below b ON m.group_id = b.id JOIN principals p ON p.id = m.member_id
           WHERE b.level < $2)
         SELECT id, type, max(level) AS level FROM below GROUP BY id, type`,
};
const FIND_ROLES = {
  name: 'group-members-find-roles',
  text: `SELECT role_id AS "roleId", resource_id AS "resourceId", effect FROM assignments WHERE principal_id = ANY ($1)
         UNION
         SELECT role_id, resource_id, 'exempt' FROM assignments WHERE exempt && $1::uuid[]`,
};

interface Level {
  readonly id: string;
  readonly level: number;
}

export interface Descendant extends Level {
  readonly type: string;
}

@Injectable()
export class GroupMembersRepository {
  constructor(private readonly database: Database) {}

  async find(groupId: string, memberId: string): Promise<Membership | null> {
    return (await this.database.query<Membership>(FIND, [groupId, memberId]))[0] ?? null;
  }

  findPage(groupId: string, afterId: string, limit: number): Promise<Membership[]> {
    return this.database.query<Membership>(FIND_PAGE, [groupId, afterId, limit]);
  }

  /** False when it is a member already. */
  async insert(groupId: string, memberId: string, addedBy: string): Promise<boolean> {
    return (await this.database.change(INSERT, [groupId, memberId, addedBy])) === 1;
  }

  async delete(groupId: string, memberId: string): Promise<void> {
    await this.database.change(DELETE, [groupId, memberId]);
  }

  /** The memberships that were. */
  deleteAllOf(memberId: string): Promise<Membership[]> {
    return this.database.query<Membership>(DELETE_OF_MEMBER, [memberId]);
  }

  /** The group and all to which it belongs, with the longest way to each; no further than `limit` levels. */
  findAbove(groupId: string, limit: number): Promise<Level[]> {
    return this.database.query<Level>(LEVELS_ABOVE, [groupId, limit]);
  }

  /** The principal and, where it is a group, all that belong to it, with the longest way to each. */
  findBelow(principalId: string, limit: number): Promise<Descendant[]> {
    return this.database.query<Descendant>(LEVELS_BELOW, [principalId, limit]);
  }

  /** What membership in these groups means. */
  findRolesOf(groupIds: readonly string[]): Promise<RoleOfGroup[]> {
    return this.database.query<RoleOfGroup>(FIND_ROLES, [groupIds]);
  }
}
