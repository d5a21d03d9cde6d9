import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';

// Who holds nothing at the node or above it, and belongs to nobody who does, need not be asked about.
const FIND_CANDIDATES = {
  name: 'search-find-candidates',
  text: `WITH RECURSIVE holders (id) AS (
           SELECT a.principal_id FROM assignments a JOIN resources r ON a.resource_id = ANY (r.path)
           WHERE r.id = $1 AND a.effect = 'allow'
           UNION
           SELECT m.member_id FROM group_members m JOIN holders h ON m.group_id = h.id)
         SELECT p.id FROM holders h JOIN principals p ON p.id = h.id
         WHERE p.type = $2 AND p.deleted_at IS NULL AND p.id > $3
         ORDER BY p.id LIMIT $4`,
};
const FIND_PERMISSIONS = {
  name: 'search-find-permissions',
  text: 'SELECT name FROM permissions WHERE name > $1 ORDER BY name LIMIT $2',
};

@Injectable()
export class SearchRepository {
  constructor(private readonly database: Database) {}

  /** Principals of the type to whom something is allowed at the resource or above, themselves or through groups. */
  async findCandidates(resourceId: string, type: string, afterId: string, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(FIND_CANDIDATES, [
      resourceId,
      type,
      afterId,
      limit,
    ]);
    return rows.map(({ id }) => id);
  }

  async findPermissions(afterName: string, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(FIND_PERMISSIONS, [afterName, limit]);
    return rows.map(({ name }) => name);
  }
}
