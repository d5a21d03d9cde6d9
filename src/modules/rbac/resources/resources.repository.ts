import { Injectable } from '@nestjs/common';
import type { ListFilter } from '../../../common/access';
import { Database } from '../../../infrastructure/database';
import type { Resource, ResourceContent } from './resource';

export interface ResourceFilter {
  /** Narrows to what somebody is allowed. */
  readonly access?: ListFilter;
  readonly type?: string;
  readonly key?: string;
  readonly parentId?: string;
}

type ResourceName = Pick<Resource, 'id' | 'type' | 'key'>;

/** A role that somebody holds, or is denied, at a resource. */
export interface RoleAtResource {
  readonly assignmentId: string;
  readonly roleId: string;
  readonly resourceId: string;
}

const SELECT = `SELECT r.id, r.type, r.key, r.name, r.parent_id AS "parentId", r.path::text[] AS path, r.tags,
    r.owner_id AS "ownerId", r.version
  FROM resources r`;
const ROLES = `SELECT a.id AS "assignmentId", a.role_id AS "roleId", a.resource_id AS "resourceId" FROM assignments a`;

const FIND = { name: 'resources-find', text: `${SELECT} WHERE r.id = $1` };
const FIND_BY_KEY = { name: 'resources-find-by-key', text: `${SELECT} WHERE r.type = $1 AND r.key = $2` };
const INSERT = {
  name: 'resources-insert',
  text: `INSERT INTO resources (id, type, key, name, parent_id, path, tags, owner_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
};
const UPDATE = {
  name: 'resources-update',
  text: `UPDATE resources SET name = $2, tags = $3, owner_id = $4, version = version + 1, updated_at = now()
         WHERE id = $1`,
};
// The rest of every path below, from the moved node on, stays as it is.
const MOVE = {
  name: 'resources-move',
  text: `UPDATE resources SET path = $2::uuid[] || path[$3:],
           parent_id = CASE WHEN id = $1 THEN $4::uuid ELSE parent_id END
         WHERE path @> ARRAY[$1::uuid]`,
};
const HEIGHT = {
  name: 'resources-height',
  text: `SELECT max(cardinality(path)) - $2 AS height FROM resources WHERE path @> ARRAY[$1::uuid]`,
};
const IS_USED = {
  name: 'resources-is-used',
  text: `SELECT EXISTS (SELECT 1 FROM resources WHERE parent_id = $1)
             OR EXISTS (SELECT 1 FROM assignments WHERE resource_id = $1) AS used`,
};
const DELETE = { name: 'resources-delete', text: 'DELETE FROM resources WHERE path @> ARRAY[$1::uuid]' };
const FIND_ROLES_AT = { name: 'resources-find-roles-at', text: `${ROLES} WHERE a.resource_id = ANY ($1)` };
const FIND_CONDITIONAL_ROLES_AT = {
  name: 'resources-find-conditional-roles-at',
  text: `${ROLES} WHERE a.resource_id = ANY ($1) AND a.condition IS NOT NULL`,
};
const FIND_ROLES_BELOW = {
  name: 'resources-find-roles-below',
  text: `${ROLES} JOIN resources r ON r.id = a.resource_id WHERE r.path @> ARRAY[$1::uuid]`,
};

const FIND_IDS_BY_KEY = {
  name: 'resources-find-ids-by-key',
  text: `SELECT r.id, r.type, r.key FROM unnest($1::text[], $2::text[]) AS wanted (type, key)
         JOIN resources r ON r.type = wanted.type AND r.key = wanted.key`,
};

const COLUMN_OF = { type: 'r.type', key: 'r.key', parentId: 'r.parent_id' } as const;

export const RESOURCE_KEY_CONSTRAINT = 'uq_resources_type_key';

@Injectable()
export class ResourcesRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<Resource | null> {
    return (await this.database.query<Resource>(FIND, [id]))[0] ?? null;
  }

  async findByKey(type: string, key: string): Promise<Resource | null> {
    return (await this.database.query<Resource>(FIND_BY_KEY, [type, key]))[0] ?? null;
  }

  findPage(filter: ResourceFilter, afterId: string, limit: number): Promise<Resource[]> {
    const fields = (['type', 'key', 'parentId'] as const).filter((field) => filter[field] !== undefined);
    const values: unknown[] = [afterId, limit, ...fields.map((field) => filter[field])];
    const conditions = [
      'r.id > $1',
      ...fields.map((field, index) => `${COLUMN_OF[field]} = $${index + 3}`),
      ...(filter.access === undefined ? [] : [filter.access.onResource('r', values)]),
    ];
    // Planned each time: what is allowed differs from subject to subject, and so does the best way to find it.
    const text = `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY r.id LIMIT $2`;
    return this.database.query<Resource>({ name: '', text }, values);
  }

  async insert(resource: Omit<Resource, 'version'>): Promise<void> {
    const { id, type, key, name, parentId, path, tags, ownerId } = resource;
    await this.database.change(INSERT, [id, type, key, name, parentId, path, tags, ownerId]);
  }

  async update(id: string, { name, tags, ownerId }: ResourceContent): Promise<void> {
    await this.database.change(UPDATE, [id, name, tags, ownerId]);
  }

  /** Moves `resource`, with all below it. */
  async move(resource: Resource, parent: Resource): Promise<void> {
    await this.database.change(MOVE, [resource.id, parent.path, resource.path.length, parent.id]);
  }

  /** How many levels there are below the deepest path of `resource`, itself not counted. */
  async heightOf({ id, path }: Resource): Promise<number> {
    return (await this.database.query<{ height: number }>(HEIGHT, [id, path.length]))[0]?.height ?? 0;
  }

  /** Whether there is a child, or an assignment at the resource itself. */
  async isUsed(id: string): Promise<boolean> {
    return (await this.database.query<{ used: boolean }>(IS_USED, [id]))[0]?.used === true;
  }

  /** Deletes the resource and all below it; says how many those were. Their assignments must be gone. */
  deleteWithAllBelow(id: string): Promise<number> {
    return this.database.change(DELETE, [id]);
  }

  findRolesAt(ids: readonly string[]): Promise<RoleAtResource[]> {
    return this.database.query<RoleAtResource>(FIND_ROLES_AT, [ids]);
  }

  findConditionalRolesAt(ids: readonly string[]): Promise<RoleAtResource[]> {
    return this.database.query<RoleAtResource>(FIND_CONDITIONAL_ROLES_AT, [ids]);
  }

  /** The roles at the resource and at all below it. */
  findRolesAtOrBelow(id: string): Promise<RoleAtResource[]> {
    return this.database.query<RoleAtResource>(FIND_ROLES_BELOW, [id]);
  }

  findNamesByKeys(keys: readonly Pick<Resource, 'type' | 'key'>[]): Promise<ResourceName[]> {
    const columns = [keys.map(({ type }) => type), keys.map(({ key }) => key)];
    return this.database.query<ResourceName>(FIND_IDS_BY_KEY, columns);
  }
}
