import { Injectable } from '@nestjs/common';
import { Client } from 'pg';
import { DatabaseServer } from '../../src/infrastructure/database';

export interface ScannedTable {
  readonly schema: string;
  readonly name: string;
}

export interface ScannedColumn {
  readonly name: string;
  readonly type: string;
}

const TABLES = `SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
  WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`;
const COLUMNS = `SELECT column_name AS name, data_type AS type FROM information_schema.columns
  WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`;

/** Looks into a real database: names and types only, never a row. */
@Injectable()
export class DatabaseScanner {
  constructor(private readonly server: DatabaseServer) {}

  tables(): Promise<ScannedTable[]> {
    return this.read<ScannedTable>(TABLES, []);
  }

  columnsOf({ schema, name }: ScannedTable): Promise<ScannedColumn[]> {
    return this.read<ScannedColumn>(COLUMNS, [schema, name]);
  }

  private async read<Row extends object>(text: string, values: readonly string[]): Promise<Row[]> {
    const client = new Client(this.server.url);
    await client.connect();
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }
}
