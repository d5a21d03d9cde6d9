import { Injectable } from '@nestjs/common';
import type { PermissionDefinition } from '../../common/access';
import { Database } from '../../infrastructure/database';

export interface Permission extends PermissionDefinition {
  readonly name: string;
}

const FIND_ALL = { name: 'permissions-find-all', text: 'SELECT name, description, risk FROM permissions' };
const FIND_PAGE = {
  name: 'permissions-find-page',
  text: 'SELECT name, description, risk FROM permissions WHERE name > $1 ORDER BY name LIMIT $2',
};
const INSERT_NEW = {
  name: 'permissions-insert-new',
  text: `INSERT INTO permissions (name, bit, description, risk, source)
         SELECT d.name, (SELECT coalesce(max(bit), -1) FROM permissions) + row_number() OVER (ORDER BY d.name),
           d.description, d.risk, 'code'
         FROM unnest($1::text[], $2::text[], $3::text[]) AS d (name, description, risk)
         WHERE NOT EXISTS (SELECT 1 FROM permissions p WHERE p.name = d.name)`,
};
const UPDATE_CHANGED = {
  name: 'permissions-update-changed',
  text: `UPDATE permissions p SET description = d.description, risk = d.risk
         FROM unnest($1::text[], $2::text[], $3::text[]) AS d (name, description, risk)
         WHERE p.name = d.name AND (p.description, p.risk) <> (d.description, d.risk)`,
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
    ];
    await this.database.change(INSERT_NEW, columns);
    await this.database.change(UPDATE_CHANGED, columns);
  }
}
