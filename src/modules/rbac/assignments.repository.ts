import { Injectable } from '@nestjs/common';
import type { ListFilter } from '../../common/access';
import { Database } from '../../infrastructure/database';
import type { Assignment, Effect, PrincipalType } from './assignment';

export interface AssignmentFilter {
  readonly principalId?: string | undefined;
  readonly roleId?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly effect?: Effect | undefined;
  readonly source?: string | undefined;
  readonly reason?: string | undefined;
}

const COLUMN_OF: Readonly<Record<keyof AssignmentFilter, string>> = {
  principalId: 'principal_id',
  roleId: 'role_id',
  resourceId: 'resource_id',
  effect: 'effect',
  source: 'source',
  reason: 'reason',
};

export type NewAssignment = Omit<Assignment, 'principalType' | 'source'> & {
  readonly createdBy: string | null;
};

const COLUMNS = `a.id, p.type AS "principalType", a.principal_id AS "principalId", a.role_id AS "roleId",
  a.resource_id AS "resourceId", a.effect, a.condition, a.exempt, a.valid_from AS "validFrom",
  a.valid_to AS "validTo", a.source, a.reason`;
const SELECT = `SELECT ${COLUMNS} FROM assignments a JOIN principals p ON p.id = a.principal_id`;

const FIND = { name: 'assignments-find', text: `${SELECT} WHERE a.id = $1` };
const FIND_PRINCIPAL_TYPE = {
  name: 'assignments-find-principal-type',
  text: 'SELECT type FROM principals WHERE id = $1 AND deleted_at IS NULL',
};
const FIND_EXISTING = {
  name: 'assignments-find-existing-principals',
  text: 'SELECT id FROM principals WHERE id = ANY ($1) AND deleted_at IS NULL',
};
// An assignment that is there already is left alone.
const INSERT = {
  name: 'assignments-insert',
  text: `INSERT INTO assignments (id, principal_id, role_id, resource_id, effect, reason, created_by, condition, exempt,
           valid_from, valid_to)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
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

  /** Those of `ids` that are principals. */
  async findExisting(ids: readonly string[]): Promise<Set<string>> {
    return new Set((await this.database.query<{ id: string }>(FIND_EXISTING, [ids])).map(({ id }) => id));
  }

  /** Of the assignments at the resources that `access` lets through. */
  findPage(
    filter: AssignmentFilter,
    access: ListFilter,
    afterId: string,
    limit: number,
  ): Promise<Assignment[]> {
    const values: unknown[] = [afterId, limit];
    const conditions = Object.entries(COLUMN_OF).flatMap(([field, column]) => {
      const value = filter[field as keyof AssignmentFilter];
      return value === undefined ? [] : [`a.${column} = $${values.push(value)}`];
    });
    conditions.push(access.onReference('a.resource_id', values));
    // Without a name: the text differs with what the caller may see, and connections keep every name for good.
    const text = `${SELECT} WHERE a.id > $1 AND ${conditions.join(' AND ')} ORDER BY a.id LIMIT $2`;
    return this.database.query<Assignment>({ name: '', text }, values);
  }

  /** False when the principal has the very same assignment already. */
  async insert(assignment: NewAssignment): Promise<boolean> {
    const { id, principalId, roleId, resourceId, effect, reason, createdBy } = assignment;
    const { condition, exempt, validFrom, validTo } = assignment;
    const what = [id, principalId, roleId, resourceId, effect, reason, createdBy];
    return (await this.database.change(INSERT, [...what, condition, exempt, validFrom, validTo])) === 1;
  }

  async delete(id: string): Promise<void> {
    await this.database.change(DELETE, [id]);
  }

  /** What was deleted. */
  deleteAllOf(principalId: string): Promise<Assignment[]> {
    return this.database.query<Assignment>(DELETE_OF_PRINCIPAL, [principalId]);
  }
}
