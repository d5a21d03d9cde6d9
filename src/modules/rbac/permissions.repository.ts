import { Injectable } from '@nestjs/common';
import type { PermissionDefinition } from '../../common/access';
import { Database } from '../../infrastructure/database';

export interface Permission extends PermissionDefinition {
  readonly name: string;
  readonly implies: readonly string[];
}

const FIND_ALL = {
  name: 'permissions-find-all',
  text: 'SELECT name, description, risk, implies FROM permissions',
};
const FIND_PAGE = {
  name: 'permissions-find-page',
  text: 'SELECT name, description, risk, implies FROM permissions WHERE name > $1 ORDER BY name LIMIT $2',
};
const DECLARED =
  'unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS d (name, description, risk, implies)';
const IMPLIED = 'ARRAY(SELECT jsonb_array_elements_text(d.implies::jsonb))';
const INSERT_NEW = {
  name: 'permissions-insert-new',
  text: `INSERT INTO permissions (name, bit, description, risk, source, implies)
         SELECT d.name, (SELECT coalesce(max(bit), -1) FROM permissions) + row_number() OVER (ORDER BY d.name),
           d.description, d.risk, 'code', ${IMPLIED}
         FROM ${DECLARED}
         WHERE NOT EXISTS (SELECT 1 FROM permissions p WHERE p.name = d.name)`,
};
const UPDATE_CHANGED = {
  name: 'permissions-update-changed',
  text: `UPDATE permissions p SET description = d.description, risk = d.risk, implies = ${IMPLIED}
         FROM ${DECLARED}
         WHERE p.name = d.name AND (p.description, p.risk, p.implies) <> (d.description, d.risk, ${IMPLIED})`,
};

@Injectable()
export class PermissionsRepository {
  constructor(private readonly database: Database) {}

  findAll(): Promise<Permission[]> {
    return this.database.query<Permission>(FIND_ALL);
  }

  findPage(afterName: string, limit: number): Promise<Permission[]> {
    return this.database.query<Permission>(FIND_PAGE, [afterName, limit]);
  }

  /** Gives new permissions the next bits. Only inside a policy write, or two processes give out the same bit. */
  async insertOrUpdate(permissions: readonly Permission[]): Promise<void> {
    const columns = [
      permissions.map(({ name }) => name),
      permissions.map(({ description }) => description),
      permissions.map(({ risk }) => risk),
      permissions.map(({ implies }) => JSON.stringify(implies)),
    ];
    await this.database.change(INSERT_NEW, columns);
    await this.database.change(UPDATE_CHANGED, columns);
  }
}
