import { Injectable } from '@nestjs/common';
import { canonicalName } from '../../../common/validation';
import { Database } from '../../../infrastructure/database';
import type { Group } from './group';

const SELECT = 'SELECT g.id, g.name, g.description, g.version FROM groups g';

const FIND = { name: 'groups-find', text: `${SELECT} WHERE g.id = $1` };
const FIND_BY_NAME = { name: 'groups-find-by-name', text: `${SELECT} WHERE g.name_key = $1` };
const FIND_IDS = {
  name: 'groups-find-ids',
  text: 'SELECT id, name_key AS "nameKey" FROM groups WHERE name_key = ANY ($1)',
};
const FIND_PAGE = { name: 'groups-find-page', text: `${SELECT} WHERE g.id > $1 ORDER BY g.id LIMIT $2` };
// Never active: a group signs in nowhere, and counts as nobody's administrator by itself.
const INSERT = {
  name: 'groups-insert',
  text: `WITH principal AS (INSERT INTO principals (id, type, active) VALUES ($1, 'group', false))
         INSERT INTO groups (id, name, name_key, description) VALUES ($1, $2, $3, $4)`,
};
const UPDATE = {
  name: 'groups-update',
  text: `UPDATE groups SET name = $2, name_key = $3, description = $4, version = version + 1, updated_at = now()
         WHERE id = $1`,
};
// Whoever exempts the group from a denial counts on it as well.
const IS_USED = {
  name: 'groups-is-used',
  text: `SELECT EXISTS (SELECT 1 FROM assignments WHERE principal_id = $1)
             OR EXISTS (SELECT 1 FROM assignments WHERE exempt @> ARRAY[$1::uuid])
             OR EXISTS (SELECT 1 FROM group_members WHERE member_id = $1) AS used`,
};
const DELETE = {
  name: 'groups-delete',
  text: `WITH gone AS (DELETE FROM groups WHERE id = $1)
         UPDATE principals SET deleted_at = now() WHERE id = $1`,
};

export const GROUP_NAME_CONSTRAINT = 'uq_groups_name';

@Injectable()
export class GroupsRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<Group | null> {
    return (await this.database.query<Group>(FIND, [id]))[0] ?? null;
  }

  async findByName(name: string): Promise<Group | null> {
    return (await this.database.query<Group>(FIND_BY_NAME, [canonicalName(name)]))[0] ?? null;
  }

  /** The ids of those that exist, by the names as they were asked for, in any spelling. */
  async findIdsByNames(names: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.query<{ id: string; nameKey: string }>(FIND_IDS, [
      names.map(canonicalName),
    ]);
    const idOf = new Map(rows.map(({ id, nameKey }) => [nameKey, id]));
    return new Map(
      names.flatMap((name) => {
        const id = idOf.get(canonicalName(name));
        return id === undefined ? [] : [[name, id] as const];
      }),
    );
  }

  findPage(afterId: string, limit: number): Promise<Group[]> {
    return this.database.query<Group>(FIND_PAGE, [afterId, limit]);
  }

  async insert({ id, name, description }: Omit<Group, 'version'>): Promise<void> {
    await this.database.change(INSERT, [id, name, canonicalName(name), description]);
  }

  async update({ id, name, description }: Omit<Group, 'version'>): Promise<void> {
    await this.database.change(UPDATE, [id, name, canonicalName(name), description]);
  }

  /** Whether it holds a role, is denied one, is exempt from a denial, or belongs to another group. */
  async isUsed(id: string): Promise<boolean> {
    return (await this.database.query<{ used: boolean }>(IS_USED, [id]))[0]?.used === true;
  }

  /** Its members are members no more; the id is never given out again. */
  async delete(id: string): Promise<void> {
    await this.database.change(DELETE, [id]);
  }
}
