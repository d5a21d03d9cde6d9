import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import type { HeldRole, RoleDefinition } from './compiled-policy';
import { ADMINISTRATOR_ROLE_ID, ROOT_RESOURCE_ID } from './well-known-ids';

/** The whole policy but for who holds what, from one snapshot. */
export interface PolicyDefinition {
  readonly version: bigint;
  readonly permissions: ReadonlyMap<string, number>;
  readonly roles: readonly RoleDefinition[];
}

/** Principals that hold exactly the same roles, by one of them. */
export interface HolderGroup {
  readonly principalId: string;
  readonly roles: readonly HeldRole[];
}

export interface AdministratorHolder extends HolderGroup {
  readonly active: boolean;
}

interface DefinitionRow {
  readonly version: string;
  readonly permissions: Readonly<Record<string, number>>;
  readonly roles: readonly RoleDefinition[];
}

// Conditions and windows are decided elsewhere. What is not understood here never grants, and denies.
const APPLIES = `a.resource_id = '${ROOT_RESOURCE_ID}'
  AND (a.effect = 'deny' OR (a.condition IS NULL AND a.valid_from IS NULL AND a.valid_to IS NULL))`;
const HELD_ROLES = `jsonb_agg(jsonb_build_object('roleId', a.role_id, 'effect', a.effect) ORDER BY a.role_id, a.effect)`;

const ADVANCE = {
  name: 'policy-advance',
  text: 'UPDATE policy_state SET version = version + 1 RETURNING version::text',
};
const LOCK = { name: 'policy-lock', text: 'SELECT 1 FROM policy_state FOR UPDATE' };
const READ = {
  name: 'policy-read',
  text: `SELECT s.version::text,
           (SELECT coalesce(jsonb_object_agg(p.name, p.bit), '{}') FROM permissions p) AS permissions,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'grants', r.grants, 'except', r."except",
              'parents', ARRAY(SELECT rp.parent_id FROM role_parents rp WHERE rp.role_id = r.id))), '[]')
            FROM roles r) AS roles
         FROM policy_state s`,
};
const FIND_ROLES_OF = {
  name: 'policy-find-roles-of',
  text: `SELECT a.role_id AS "roleId", a.effect FROM assignments a WHERE a.principal_id = $1 AND ${APPLIES}`,
};
const FIND_HOLDERS = {
  name: 'policy-find-holders',
  text: `SELECT min(h.principal_id::text) AS "principalId", h.roles
         FROM (SELECT a.principal_id, ${HELD_ROLES} AS roles FROM assignments a
               WHERE a.principal_id IN (SELECT principal_id FROM assignments WHERE role_id = ANY ($1)) AND ${APPLIES}
               GROUP BY a.principal_id) h
         GROUP BY h.roles`,
};
const FIND_ADMINISTRATOR_HOLDERS = {
  name: 'policy-find-administrator-holders',
  text: `SELECT p.id AS "principalId", p.active, ${HELD_ROLES} AS roles
         FROM assignments a JOIN principals p ON p.id = a.principal_id
         WHERE ${APPLIES} AND a.principal_id IN (
           SELECT a.principal_id FROM assignments a
           WHERE a.role_id = '${ADMINISTRATOR_ROLE_ID}' AND a.effect = 'allow' AND ${APPLIES})
         GROUP BY p.id`,
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
      roles: row.roles,
    };
  }

  findRolesOf(principalId: string): Promise<HeldRole[]> {
    return this.database.query<HeldRole>(FIND_ROLES_OF, [principalId]);
  }

  /** Everybody who holds, or is denied, one of the roles, with all that they hold. */
  findHolders(roleIds: readonly string[]): Promise<HolderGroup[]> {
    return this.database.query<HolderGroup>(FIND_HOLDERS, [roleIds]);
  }

  /** Everybody who was given the role `administrator`, whether or not something denies it to them. */
  findAdministratorHolders(): Promise<AdministratorHolder[]> {
    return this.database.query<AdministratorHolder>(FIND_ADMINISTRATOR_HOLDERS);
  }
}
