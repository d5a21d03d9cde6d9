import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import type { RoleDefinition } from './compiled-policy';
import type { ResourceRow } from './engine/resource-node';
import type { SubjectRow } from './memory/compile-subject';

/** The whole policy but for who holds what, from one snapshot. */
export interface PolicyDefinition {
  readonly version: bigint;
  readonly permissions: ReadonlyMap<string, number>;
  /** What a permission brings along, of those that bring anything. */
  readonly implied: ReadonlyMap<string, readonly string[]>;
  readonly roles: readonly RoleDefinition[];
}

interface DefinitionRow {
  readonly version: string;
  readonly permissions: Readonly<Record<string, number>>;
  readonly implied: Readonly<Record<string, readonly string[]>>;
  readonly roles: readonly RoleDefinition[];
}

const ADVANCE = {
  name: 'policy-advance',
  text: 'UPDATE policy_state SET version = version + 1 RETURNING version::text',
};
const LOCK = { name: 'policy-lock', text: 'SELECT 1 FROM policy_state FOR UPDATE' };
const ROLES = `coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'grants', r.grants, 'except', r."except",
  'requiresMfa', r.requires_mfa,
  'parents', ARRAY(SELECT rp.parent_id FROM role_parents rp WHERE rp.role_id = r.id))), '[]')`;
const READ = {
  name: 'policy-read',
  text: `SELECT s.version::text,
           (SELECT coalesce(jsonb_object_agg(p.name, p.bit), '{}') FROM permissions p) AS permissions,
           (SELECT coalesce(jsonb_object_agg(p.name, p.implies), '{}') FROM permissions p
            WHERE p.implies <> '{}') AS implied,
           (SELECT ${ROLES} FROM roles r) AS roles
         FROM policy_state s`,
};
const READ_ROLES = {
  name: 'policy-read-roles',
  text: `SELECT s.version::text, (SELECT ${ROLES} FROM roles r WHERE r.id = ANY ($1)) AS roles FROM policy_state s`,
};
const READ_VERSION = { name: 'policy-read-version', text: 'SELECT version::text FROM policy_state' };
const FIND_SUBJECT = {
  name: 'policy-find-subject',
  text: `WITH RECURSIVE holders (id, via) AS (
           SELECT $1::uuid, NULL::uuid
           UNION
           SELECT m.group_id, m.member_id FROM group_members m JOIN holders h ON h.id = m.member_id)
         SELECT p.id, p.type,
           (SELECT jsonb_agg(jsonb_build_object('id', h.id, 'via', h.via)) FROM holders h) AS holders,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'holderId', a.principal_id, 'roleId', a.role_id,
              'effect', a.effect, 'resourceId', a.resource_id, 'condition', a.condition, 'exempt', a.exempt,
              'validFrom', 1000 * extract(epoch FROM a.valid_from),
              'validTo', 1000 * extract(epoch FROM a.valid_to))), '[]')
            FROM assignments a WHERE a.principal_id IN (SELECT h.id FROM holders h)) AS assignments
         FROM principals p WHERE p.id = $1 AND p.deleted_at IS NULL`,
};
const FIND_NODE = {
  name: 'policy-find-node',
  text: 'SELECT id, path::text[], type, key, tags, owner_id AS "ownerId" FROM resources WHERE id = $1',
};
/** The policy as PostgreSQL has it. */
@Injectable()
export class PolicyRepository {
  constructor(private readonly database: Database) {}

  /** Starts a policy write: until it ends, no other can begin, and what is read is what will hold. */
  async advanceVersion(): Promise<string> {
    const [row] = await this.database.query<{ version: string }>(ADVANCE);
    if (row === undefined) throw new Error('policy_state has no row');
    return row.version;
  }

  /** Keeps policy writes out until the current transaction ends. */
  async lock(): Promise<void> {
    await this.database.query(LOCK);
  }

  async read(): Promise<PolicyDefinition> {
    const [row] = await this.database.query<DefinitionRow>(READ);
    if (row === undefined) throw new Error('policy_state has no row');
    return {
      version: BigInt(row.version),
      permissions: new Map(Object.entries(row.permissions)),
      implied: new Map(Object.entries(row.implied)),
      roles: row.roles,
    };
  }

  /** Those of the roles `ids` that exist, and the version of the policy that says so. */
  async readRoles(ids: readonly string[]): Promise<Pick<PolicyDefinition, 'version' | 'roles'>> {
    const [row] = await this.database.query<DefinitionRow>(READ_ROLES, [ids]);
    if (row === undefined) throw new Error('policy_state has no row');
    return { version: BigInt(row.version), roles: row.roles };
  }

  async readVersion(): Promise<bigint> {
    const [row] = await this.database.query<{ version: string }>(READ_VERSION);
    if (row === undefined) throw new Error('policy_state has no row');
    return BigInt(row.version);
  }

  /** A principal with all that it holds, itself or through groups; null where there is none, or not any more. */
  async findSubject(id: string): Promise<SubjectRow | null> {
    return (await this.database.query<SubjectRow>(FIND_SUBJECT, [id]))[0] ?? null;
  }

  async findNode(id: string): Promise<ResourceRow | null> {
    return (await this.database.query<ResourceRow>(FIND_NODE, [id]))[0] ?? null;
  }
}
