import { Injectable } from '@nestjs/common';
import { Database } from '../../infrastructure/database';
import type { HeldRole } from './compiled-policy';
import type { HoldingRow } from './holdings';
import { ADMINISTRATOR_ROLE_ID, ROOT_RESOURCE_ID } from './well-known-ids';

/** Principals that hold exactly the same, by one of them. */
export interface HolderGroup {
  readonly principalId: string;
  readonly rows: readonly HoldingRow[];
}

export interface AdministratorHolder {
  readonly principalId: string;
  readonly active: boolean;
  /** What is denied to it anywhere. */
  readonly denials: readonly HeldRole[];
}

const LIMITED = '(a.condition IS NOT NULL OR a.valid_from IS NOT NULL OR a.valid_to IS NOT NULL)';
const UNEXPIRED = '(a.valid_to IS NULL OR a.valid_to > statement_timestamp())';
// From `affected`: each principal with itself and the groups that it belongs to, and what these hold.
const HELD = `
  held (principal, holder) AS (
    SELECT id, id FROM affected
    UNION
    SELECT h.principal, m.group_id FROM held h JOIN group_members m ON m.member_id = h.holder),
  holdings AS (
    SELECT h.principal, coalesce(jsonb_agg(DISTINCT jsonb_build_object('roleId', a.role_id, 'effect', a.effect,
        'path', r.path, 'limited', ${LIMITED}, 'exempt', a.exempt && ARRAY(
          SELECT other.holder FROM held other WHERE other.principal = h.principal)))
      FILTER (WHERE a.id IS NOT NULL), '[]') AS rows
    FROM held h
    LEFT JOIN assignments a ON a.principal_id = h.holder AND ${UNEXPIRED}
    LEFT JOIN resources r ON r.id = a.resource_id
    GROUP BY h.principal)`;
const GROUPED = 'SELECT min(principal::text) AS "principalId", rows FROM holdings GROUP BY rows';
const MEMBERS = `SELECT m.member_id FROM affected f JOIN group_members m ON m.group_id = f.id`;

const FIND = {
  name: 'privileges-find',
  text: `WITH RECURSIVE affected (id) AS (SELECT $1::uuid), ${HELD} ${GROUPED}`,
};
const FIND_WITH_MEMBERS = {
  name: 'privileges-find-with-members',
  text: `WITH RECURSIVE affected (id) AS (SELECT $1::uuid UNION ${MEMBERS}), ${HELD} ${GROUPED}`,
};
const FIND_HOLDERS = {
  name: 'privileges-find-holders',
  text: `WITH RECURSIVE affected (id) AS (
           SELECT principal_id FROM assignments WHERE role_id = ANY ($1) UNION ${MEMBERS}), ${HELD}
         SELECT min(principal::text) AS "principalId", rows FROM holdings WHERE principal <> $2 GROUP BY rows`,
};
// Of any number of principals most hold nothing, and need not be walked.
const FIND_OF_MANY = {
  name: 'privileges-find-of-many',
  text: `WITH RECURSIVE affected (id) AS (
           SELECT t.id FROM unnest($1::uuid[]) AS t (id)
           WHERE t.id <> $2 AND (EXISTS (SELECT FROM assignments WHERE principal_id = t.id)
             OR EXISTS (SELECT FROM group_members WHERE member_id = t.id))), ${HELD} ${GROUPED}`,
};
const FIND_ADMINISTRATORS = {
  name: 'privileges-find-administrators',
  text: `WITH RECURSIVE affected (id) AS (
           SELECT a.principal_id FROM assignments a JOIN principals p ON p.id = a.principal_id
           WHERE a.role_id = '${ADMINISTRATOR_ROLE_ID}' AND a.effect = 'allow' AND p.type <> 'group'
             AND a.resource_id = '${ROOT_RESOURCE_ID}' AND NOT ${LIMITED}), ${HELD}
         SELECT p.id AS "principalId", (p.active OR p.inactive_until <= statement_timestamp()) IS TRUE AND p.deleted_at IS NULL AS active,
           (SELECT coalesce(jsonb_agg(row), '[]') FROM jsonb_array_elements(h.rows) row
            WHERE row ->> 'effect' = 'deny' AND NOT (row ->> 'exempt')::boolean) AS denials
         FROM holdings h JOIN principals p ON p.id = h.principal`,
};
const FIND_PATH = { name: 'privileges-find-path', text: 'SELECT path::text[] FROM resources WHERE id = $1' };

/** Who holds what, as those must know who guard it. From PostgreSQL alone. */
@Injectable()
export class PrivilegesRepository {
  constructor(private readonly database: Database) {}

  async findHoldings(principalId: string): Promise<readonly HoldingRow[]> {
    return (await this.database.query<HolderGroup>(FIND, [principalId]))[0]?.rows ?? [];
  }

  /** Of the principal and, where it is a group, of all its members. */
  findWithMembers(principalId: string): Promise<HolderGroup[]> {
    return this.database.query<HolderGroup>(FIND_WITH_MEMBERS, [principalId]);
  }

  /** Of those of the principals who hold anything, but `besides`. */
  findHoldingsOf(principalIds: readonly string[], besides: string): Promise<HolderGroup[]> {
    return this.database.query<HolderGroup>(FIND_OF_MANY, [principalIds, besides]);
  }

  /** Of everybody but `besides` who holds, or is denied, one of the roles, be it through a group. */
  findHolders(roleIds: readonly string[], besides: string): Promise<HolderGroup[]> {
    return this.database.query<HolderGroup>(FIND_HOLDERS, [roleIds, besides]);
  }

  /** Everybody who was given the role `administrator` for good, whether or not something denies it to them. */
  findAdministrators(): Promise<AdministratorHolder[]> {
    return this.database.query<AdministratorHolder>(FIND_ADMINISTRATORS);
  }

  /** Empty where there is no such node. */
  async findPath(resourceId: string): Promise<readonly string[]> {
    return (await this.database.query<{ path: string[] }>(FIND_PATH, [resourceId]))[0]?.path ?? [];
  }
}
