import { Injectable } from '@nestjs/common';
import { canonicalName } from '../../common/validation';
import { Database } from '../../infrastructure/database';
import type { Role, RoleContent } from './role';

const SELECT = `SELECT r.id, r.name, r.description, r.system, r.grants, r."except", r.version,
    r.requires_mfa AS "requiresMfa",
    r.created_at AS "createdAt",
    ARRAY(SELECT p.parent_id::text FROM role_parents p WHERE p.role_id = r.id ORDER BY p.parent_id) AS parents
  FROM roles r`;

const FIND = { name: 'roles-find', text: `${SELECT} WHERE r.id = $1` };
const FIND_PAGE = { name: 'roles-find-page', text: `${SELECT} WHERE r.id > $1 ORDER BY r.id LIMIT $2` };
const FIND_BY_NAME = { name: 'roles-find-by-name', text: `${SELECT} WHERE r.name_key = $1` };
const EXISTS = { name: 'roles-exists', text: 'SELECT 1 FROM roles WHERE id = $1' };
const IS_USED = {
  name: 'roles-is-used',
  text: `SELECT EXISTS (SELECT 1 FROM assignments WHERE role_id = $1)
             OR EXISTS (SELECT 1 FROM role_parents WHERE parent_id = $1) AS used`,
};
const INSERT = {
  name: 'roles-insert',
  text: `INSERT INTO roles (id, name, name_key, description, grants, "except", requires_mfa)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};
const UPDATE = {
  name: 'roles-update',
  text: `UPDATE roles SET name = $2, name_key = $3, description = $4, grants = $5, "except" = $6, requires_mfa = $7,
           version = version + 1, updated_at = now()
         WHERE id = $1`,
};
const DELETE = { name: 'roles-delete', text: 'DELETE FROM roles WHERE id = $1' };
const DELETE_PARENTS = { name: 'roles-delete-parents', text: 'DELETE FROM role_parents WHERE role_id = $1' };
const INSERT_PARENTS = {
  name: 'roles-insert-parents',
  text: 'INSERT INTO role_parents (role_id, parent_id) SELECT DISTINCT $1::uuid, unnest($2::uuid[])',
};

/** What is written down of a role; the database adds version and times. */
export type StoredRole = RoleContent & Pick<Role, 'id'>;

export const ROLE_NAME_CONSTRAINT = 'uq_roles_name';

@Injectable()
export class RolesRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<Role | null> {
    return (await this.database.query<Role>(FIND, [id]))[0] ?? null;
  }

  async findByName(name: string): Promise<Role | null> {
    return (await this.database.query<Role>(FIND_BY_NAME, [canonicalName(name)]))[0] ?? null;
  }

  findPage(afterId: string, limit: number): Promise<Role[]> {
    return this.database.query<Role>(FIND_PAGE, [afterId, limit]);
  }

  async exists(id: string): Promise<boolean> {
    return (await this.database.query(EXISTS, [id])).length === 1;
  }

  /** Whether somebody is assigned the role, or another role inherits from it. */
  async isUsed(id: string): Promise<boolean> {
    return (await this.database.query<{ used: boolean }>(IS_USED, [id]))[0]?.used === true;
  }

  async insert(role: StoredRole): Promise<void> {
    await this.database.change(INSERT, valuesOf(role));
    await this.database.change(INSERT_PARENTS, [role.id, role.parents]);
  }

  async update(role: StoredRole): Promise<void> {
    await this.database.change(UPDATE, valuesOf(role));
    await this.database.change(DELETE_PARENTS, [role.id]);
    await this.database.change(INSERT_PARENTS, [role.id, role.parents]);
  }

  async delete(id: string): Promise<void> {
    await this.database.change(DELETE, [id]);
  }
}

function valuesOf({ id, name, description, grants, except, requiresMfa }: StoredRole): unknown[] {
  const lists = [[...new Set(grants)], [...new Set(except)]];
  return [id, name, canonicalName(name), description, ...lists, requiresMfa];
}
