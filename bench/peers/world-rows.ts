import { withClient } from '../harness/sql';

/** What somebody holds in the world that seedWorld() made. */
export interface Holding {
  readonly subject: string;
  readonly role: string;
  readonly grants: readonly string[];
  readonly resource: string;
  /** The value of the tag `state` under which alone it applies; null where it applies always. */
  readonly state: string | null;
}

export interface Document {
  readonly id: string;
  /** Area, folder and the document itself. */
  readonly path: readonly string[];
  readonly state: string;
}

/** The same rows that the service decides from, for those who do not read its tables. */
export function readWorld(database: string): Promise<{ holdings: Holding[]; documents: Document[] }> {
  return withClient(database, async (client) => {
    const holdings = await client.query<Holding>(
      `SELECT a.principal_id AS subject, r.id AS role, r.grants, a.resource_id AS resource,
         a.condition ->> 'value' AS state
       FROM assignments a JOIN roles r ON r.id = a.role_id JOIN resources n ON n.id = a.resource_id
       WHERE n.type <> 'root'`,
    );
    const documents = await client.query<Document>(
      `SELECT id, path[2:]::text[] AS path, tags ->> 'state' AS state FROM resources WHERE type = 'document'`,
    );
    return { holdings: holdings.rows, documents: documents.rows };
  });
}
