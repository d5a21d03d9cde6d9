import { Injectable } from '@nestjs/common';
import { canonicalName } from '../../../common/validation';
import { Database } from '../../../infrastructure/database';
import { ROOT_RESOURCE_ID } from '../well-known-ids';
import type { ImportedPermission } from './imported-permission';
import type { ImportedRole } from './imported-policy';

export interface StoredRole extends ImportedRole {
  readonly id: string;
}

export interface ImportedHolder {
  /** The assignment's. */
  readonly id: string;
  readonly principalId: string;
  readonly roleId: string;
}

const INSERT_PERMISSIONS = {
  name: 'import-insert-permissions',
  text: `INSERT INTO permissions (name, bit, description, risk, source, original_name)
         SELECT i.name, (SELECT coalesce(max(bit), -1) FROM permissions) + row_number() OVER (ORDER BY i.name),
           i.original_name, 'high', 'imported', i.original_name
         FROM unnest($1::text[], $2::text[]) AS i (name, original_name)
         WHERE NOT EXISTS (SELECT 1 FROM permissions p WHERE p.name = i.name)`,
};
const FIND_ROLES = {
  name: 'import-find-roles',
  text: 'SELECT id, name, description, grants FROM roles WHERE namespace = $1',
};
const ROWS = `jsonb_to_recordset($1::jsonb) AS r (id uuid, name text, "nameKey" text, description text, grants jsonb)`;
const INSERT_ROLES = {
  name: 'import-insert-roles',
  text: `INSERT INTO roles (id, name, name_key, description, grants, namespace)
         SELECT r.id, r.name, r."nameKey", r.description, ARRAY(SELECT jsonb_array_elements_text(r.grants)), $2
         FROM ${ROWS}`,
};
const UPDATE_ROLES = {
  name: 'import-update-roles',
  text: `UPDATE roles SET description = r.description, grants = ARRAY(SELECT jsonb_array_elements_text(r.grants)),
           version = version + 1, updated_at = now()
         FROM ${ROWS} WHERE roles.id = r.id`,
};
const DELETE_UNUSED_ROLES = {
  name: 'import-delete-unused-roles',
  text: `DELETE FROM roles r WHERE r.id = ANY ($1)
           AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.role_id = r.id)
           AND NOT EXISTS (SELECT 1 FROM role_parents p WHERE p.parent_id = r.id)
         RETURNING r.id`,
};
const FIND_HOLDERS = {
  name: 'import-find-holders',
  text: `SELECT id, principal_id AS "principalId", role_id AS "roleId" FROM assignments WHERE source = $1`,
};
const DELETE_ASSIGNMENTS = {
  name: 'import-delete-assignments',
  text: 'DELETE FROM assignments WHERE id = ANY ($1)',
};
const INSERT_ASSIGNMENTS = {
  name: 'import-insert-assignments',
  text: `INSERT INTO assignments (id, principal_id, role_id, resource_id, effect, source)
         SELECT i.id, i.principal_id, i.role_id, '${ROOT_RESOURCE_ID}', 'allow', $4
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS i (id, principal_id, role_id)`,
};

/** Writes whole namespaces in few statements: a single row at a time would take minutes. */
@Injectable()
export class PolicyImportRepository {
  constructor(private readonly database: Database) {}

  /** How many were new. Only inside a policy write, or two processes give out the same bit. */
  insertPermissions(permissions: readonly ImportedPermission[]): Promise<number> {
    const columns = [
      permissions.map(({ name }) => name),
      permissions.map(({ originalName }) => originalName),
    ];
    return this.database.change(INSERT_PERMISSIONS, columns);
  }

  findRoles(namespace: string): Promise<StoredRole[]> {
    return this.database.query<StoredRole>(FIND_ROLES, [namespace]);
  }

  async insertRoles(roles: readonly StoredRole[], namespace: string): Promise<void> {
    await this.database.change(INSERT_ROLES, [rowsOf(roles), namespace]);
  }

  async updateRoles(roles: readonly StoredRole[]): Promise<void> {
    await this.database.change(UPDATE_ROLES, [rowsOf(roles)]);
  }

  /** Those of the roles that nobody held and no role inherited from: they are gone. */
  async deleteUnusedRoles(ids: readonly string[]): Promise<string[]> {
    return (await this.database.query<{ id: string }>(DELETE_UNUSED_ROLES, [ids])).map(({ id }) => id);
  }

  findHolders(source: string): Promise<ImportedHolder[]> {
    return this.database.query<ImportedHolder>(FIND_HOLDERS, [source]);
  }

  async deleteAssignments(ids: readonly string[]): Promise<void> {
    await this.database.change(DELETE_ASSIGNMENTS, [ids]);
  }

  async insertAssignments(holders: readonly ImportedHolder[], source: string): Promise<void> {
    const columns = [
      holders.map(({ id }) => id),
      holders.map(({ principalId }) => principalId),
      holders.map(({ roleId }) => roleId),
    ];
    await this.database.change(INSERT_ASSIGNMENTS, [...columns, source]);
  }
}

function rowsOf(roles: readonly StoredRole[]): string {
  return JSON.stringify(roles.map((role) => ({ ...role, nameKey: canonicalName(role.name) })));
}
