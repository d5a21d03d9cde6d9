import { Injectable } from '@nestjs/common';
import type { ListFilter, Principal } from '../../src/common/access';
import { ResourcesService, ROOT_RESOURCE_ID, type Resource } from '../../src/modules/rbac';
import type {
  CatalogTable,
  CatalogTableDetails,
  CatalogTablePage,
  ListCatalogTablesQuery,
  ScanResult,
} from './catalog.schemas';
import { DatabaseScanner, type ScannedTable } from './database-scanner';

const SOURCE = 'catalog.source';
const SCHEMA = 'catalog.schema';
const TABLE = 'catalog.table';
const OWN_DATABASE = 'portcullis';

/** Sources, schemas and tables as nodes of the resource tree: what is known of a table is known by its node. */
@Injectable()
export class CatalogService {
  constructor(
    private readonly scanner: DatabaseScanner,
    private readonly resources: ResourcesService,
  ) {}

  /** Tables that are known already keep their nodes, and with them whatever is assigned there. */
  async scan(): Promise<ScanResult> {
    const tables = await this.scanner.tables();
    const source = await this.ensure(SOURCE, OWN_DATABASE, OWN_DATABASE);
    let added = 0;
    for (const table of tables) {
      const schema = await this.ensure(SCHEMA, `${OWN_DATABASE}/${table.schema}`, table.schema, source.id);
      const key = keyOf(table);
      if ((await this.resources.findByKey(TABLE, key)) !== null) continue;
      await this.ensure(TABLE, key, table.name, schema.id);
      added++;
    }
    return { tables: tables.length, added };
  }

  /** One query, whatever the number of tables: the filter says which of them the caller may see. */
  async list(access: ListFilter, query: ListCatalogTablesQuery): Promise<CatalogTablePage> {
    const { items, nextCursor } = await this.resources.list(access, { ...query, type: TABLE });
    return { items: items.map(toTable), nextCursor };
  }

  async describe(id: string): Promise<CatalogTableDetails> {
    const table = await this.resources.getById(id);
    return { ...toTable(table), columns: await this.scanner.columnsOf(scannedOf(table)) };
  }

  async classify(actor: Principal, id: string, sensitivity: string): Promise<CatalogTable> {
    const { version, tags } = await this.resources.getById(id);
    return toTable(await this.resources.update(actor, id, version, { tags: { ...tags, sensitivity } }));
  }

  private async ensure(
    type: string,
    key: string,
    name: string,
    parentId = ROOT_RESOURCE_ID,
  ): Promise<Resource> {
    const known = await this.resources.findByKey(type, key);
    return known ?? this.resources.create({ type, key, name, parentId, tags: {} });
  }
}

function toTable(table: Resource): CatalogTable {
  const { schema, name } = scannedOf(table);
  return { id: table.id, name: `${schema}.${name}`, sensitivity: table.tags.sensitivity ?? 'unknown' };
}

function keyOf({ schema, name }: ScannedTable): string {
  return `${OWN_DATABASE}/${schema}/${name}`;
}

function scannedOf({ key }: Resource): ScannedTable {
  const [, schema = '', name = ''] = key.split('/');
  return { schema, name };
}
