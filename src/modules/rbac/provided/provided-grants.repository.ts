import { Injectable } from '@nestjs/common';
import type { Grants } from '../../../common/access';
import { Database } from '../../../infrastructure/database';
import { ROOT_RESOURCE_ID } from '../well-known-ids';

export interface ProvidedRole {
  readonly roleId: string;
  readonly resourceId: string;
}

export interface ProvidedAssignment extends ProvidedRole {
  readonly id: string;
}

const FIND_ASSIGNMENTS = {
  name: 'provided-grants-find-assignments',
  text: `SELECT id, role_id AS "roleId", resource_id AS "resourceId" FROM assignments
         WHERE principal_id = $1 AND source = $2`,
};
const FIND_MEMBERSHIPS = {
  name: 'provided-grants-find-memberships',
  text: 'SELECT group_id AS "groupId" FROM group_members WHERE member_id = $1 AND source = $2',
};
// A rule outlives what it gives: a role, a place or a group that is gone gives nothing.
const FIND_EXISTING_ROLES = {
  name: 'provided-grants-find-existing-roles',
  text: `SELECT DISTINCT r.id AS "roleId", n.id AS "resourceId"
         FROM unnest($1::uuid[], $2::uuid[]) AS g (role_id, resource_id)
         JOIN roles r ON r.id = g.role_id JOIN resources n ON n.id = g.resource_id`,
};
const FIND_EXISTING_GROUPS = {
  name: 'provided-grants-find-existing-groups',
  text: 'SELECT id AS "groupId" FROM groups WHERE id = ANY ($1)',
};
const INSERT_ASSIGNMENT = {
  name: 'provided-grants-insert-assignment',
  text: `INSERT INTO assignments (id, principal_id, role_id, resource_id, effect, source)
         VALUES ($1, $2, $3, $4, 'allow', $5)`,
};
const DELETE_ASSIGNMENT = {
  name: 'provided-grants-delete-assignment',
  text: 'DELETE FROM assignments WHERE id = $1',
};
const INSERT_MEMBERSHIP = {
  name: 'provided-grants-insert-membership',
  text: 'INSERT INTO group_members (group_id, member_id, source) VALUES ($1, $2, $3)',
};
const DELETE_MEMBERSHIP = {
  name: 'provided-grants-delete-membership',
  text: 'DELETE FROM group_members WHERE group_id = $1 AND member_id = $2 AND source = $3',
};

/** What sources other than people have given somebody. */
@Injectable()
export class ProvidedGrantsRepository {
  constructor(private readonly database: Database) {}

  findAssignments(userId: string, source: string): Promise<ProvidedAssignment[]> {
    return this.database.query<ProvidedAssignment>(FIND_ASSIGNMENTS, [userId, source]);
  }

  async findGroupIds(userId: string, source: string): Promise<string[]> {
    const rows = await this.database.query<{ groupId: string }>(FIND_MEMBERSHIPS, [userId, source]);
    return rows.map(({ groupId }) => groupId);
  }

  findExistingRoles(roles: Grants['roles']): Promise<ProvidedRole[]> {
    const roleIds = roles.map(({ roleId }) => roleId);
    const resourceIds = roles.map(({ resourceId }) => resourceId ?? ROOT_RESOURCE_ID);
    return this.database.query<ProvidedRole>(FIND_EXISTING_ROLES, [roleIds, resourceIds]);
  }

  async findExistingGroupIds(ids: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ groupId: string }>(FIND_EXISTING_GROUPS, [ids]);
    return rows.map(({ groupId }) => groupId);
  }

  async insertAssignment(
    userId: string,
    source: string,
    { id, roleId, resourceId }: ProvidedAssignment,
  ): Promise<void> {
    await this.database.change(INSERT_ASSIGNMENT, [id, userId, roleId, resourceId, source]);
  }

  async deleteAssignment(id: string): Promise<void> {
    await this.database.change(DELETE_ASSIGNMENT, [id]);
  }

  async insertMembership(groupId: string, userId: string, source: string): Promise<void> {
    await this.database.change(INSERT_MEMBERSHIP, [groupId, userId, source]);
  }

  async deleteMembership(groupId: string, userId: string, source: string): Promise<void> {
    await this.database.change(DELETE_MEMBERSHIP, [groupId, userId, source]);
  }
}
