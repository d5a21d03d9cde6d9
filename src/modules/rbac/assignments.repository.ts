import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import type { Assignment, PrincipalType } from './assignment';

export interface AssignmentFilter {
  readonly principalId?: string;
  readonly roleId?: string;
}

export type NewAssignment = Omit<Assignment, 'principalType' | 'source'> & {
  readonly createdBy: string | null;
};

const COLUMNS = `a.id, p.type AS "principalType", a.principal_id AS "principalId", a.role_id AS "roleId",
  a.resource_id AS "resourceId", a.effect, a.source, a.reason`;
const SELECT = `SELECT ${COLUMNS} FROM assignments a JOIN principals p ON p.id = a.principal_id`;

const FIND = { name: 'assignments-find', text: `${SELECT} WHERE a.id = $1` };
const FIND_PRINCIPAL_TYPE = {
  name: 'assignments-find-principal-type',
  text: 'SELECT type FROM principals WHERE id = $1 AND deleted_at IS NULL',
};
// One statement a combination of filters, so that each has a plan of its own.
const FIND_PAGE = {
  name: 'assignments-find-page',
  text: `${SELECT} WHERE a.id > $1 ORDER BY a.id LIMIT $2`,
};
const FIND_PAGE_OF_PRINCIPAL = {
  name: 'assignments-find-page-of-principal',
  text: `${SELECT} WHERE a.principal_id = $3 AND a.id > $1 ORDER BY a.id LIMIT $2`,
};
const FIND_PAGE_OF_ROLE = {
  name: 'assignments-find-page-of-role',
  text: `${SELECT} WHERE a.role_id = $3 AND a.id > $1 ORDER BY a.id LIMIT $2`,
};
const FIND_PAGE_OF_BOTH = {
  name: 'assignments-find-page-of-principal-and-role',
  text: `${SELECT} WHERE a.principal_id = $3 AND a.role_id = $4 AND a.id > $1 ORDER BY a.id LIMIT $2`,
};
// An assignment that is there already is left alone.
const INSERT = {
  name: 'assignments-insert',
  text: `INSERT INTO assignments (id, principal_id, role_id, resource_id, effect, reason, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
};
const DELETE = { name: 'assignments-delete', text: 'DELETE FROM assignments WHERE id = $1' };
const DELETE_OF_PRINCIPAL = {
  name: 'assignments-delete-of-principal',
  text: `DELETE FROM assignments a USING principals p WHERE p.id = a.principal_id AND a.principal_id = $1
         RETURNING ${COLUMNS}`,
};

@Injectable()
export class AssignmentsRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<Assignment | null> {
    return (await this.database.query<Assignment>(FIND, [id]))[0] ?? null;
  }

  /** Null where there is no such principal, or not any more. */
  async findPrincipalType(id: string): Promise<PrincipalType | null> {
    return (await this.database.query<{ type: PrincipalType }>(FIND_PRINCIPAL_TYPE, [id]))[0]?.type ?? null;
  }

  findPage({ principalId, roleId }: AssignmentFilter, afterId: string, limit: number): Promise<Assignment[]> {
    if (principalId !== undefined && roleId !== undefined) {
      return this.database.query<Assignment>(FIND_PAGE_OF_BOTH, [afterId, limit, principalId, roleId]);
    }
    if (principalId !== undefined) {
      return this.database.query<Assignment>(FIND_PAGE_OF_PRINCIPAL, [afterId, limit, principalId]);
    }
    if (roleId !== undefined)
      return this.database.query<Assignment>(FIND_PAGE_OF_ROLE, [afterId, limit, roleId]);
    return this.database.query<Assignment>(FIND_PAGE, [afterId, limit]);
  }

  /** False when the principal has the very same assignment already. */
  async insert(assignment: NewAssignment): Promise<boolean> {
    const { id, principalId, roleId, resourceId, effect, reason, createdBy } = assignment;
    return (
      (await this.database.change(INSERT, [
        id,
        principalId,
        roleId,
        resourceId,
        effect,
        reason,
        createdBy,
      ])) === 1
    );
  }

  async delete(id: string): Promise<void> {
    await this.database.change(DELETE, [id]);
  }

  /** What was deleted. */
  deleteAllOf(principalId: string): Promise<Assignment[]> {
    return this.database.query<Assignment>(DELETE_OF_PRINCIPAL, [principalId]);
  }
}
