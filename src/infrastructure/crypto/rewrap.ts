import { Client } from 'pg';
import type { SealedColumn } from './sealed-columns';
import { SecretBoxError, type SecretBox } from './secret-box';

const BATCH = 500;

export interface RewrapReport {
  readonly table: string;
  readonly rewrapped: number;
  /** Boxes that none of the configured root secrets opens. They are left as they are. */
  readonly unreadable: number;
  /** Boxes that are still under another root secret: the unreadable ones, and any that were just written so. */
  readonly remaining: number;
}

interface Row {
  readonly id: string;
  readonly box: Buffer;
}

/**
 * Seals again, under the current root secret, what is sealed under a previous one. Each batch is a transaction and
 * leaves out what is done already, so it may be stopped, repeated, and run beside a service that goes on writing.
 *
 * `url` must log in as the owner of the schema: the running service may not exchange the keys of the audit trail.
 */
export async function rewrapSealedColumns(
  url: string,
  box: SecretBox,
  columns: readonly SealedColumn[],
): Promise<RewrapReport[]> {
  const client = new Client({ connectionString: url, application_name: 'portcullis-rewrap' });
  await client.connect();
  try {
    const reports: RewrapReport[] = [];
    for (const column of columns) reports.push(await new ColumnRewrap(client, box, column).run());
    return reports;
  } finally {
    await client.end();
  }
}

class ColumnRewrap {
  private rewrapped = 0;
  private unreadable = 0;
  private readonly table: string;
  private readonly id: string;
  private readonly ciphertext: string;
  /** The key id is behind the version byte. */
  private readonly isForeign: string;

  constructor(
    private readonly client: Client,
    private readonly box: SecretBox,
    private readonly column: SealedColumn,
  ) {
    this.table = client.escapeIdentifier(column.table);
    this.id = client.escapeIdentifier(column.id);
    this.ciphertext = client.escapeIdentifier(column.ciphertext);
    this.isForeign = `substring(${this.ciphertext} FROM 2 FOR ${box.keyId.length}) <> $1`;
  }

  async run(): Promise<RewrapReport> {
    let rows = await this.findForeign(null);
    for (; rows.length > 0; rows = await this.findForeign(rows.at(-1)?.id ?? null)) {
      await this.client.query('BEGIN');
      for (const row of rows) await this.rewrap(row);
      await this.client.query('COMMIT');
    }
    const { table } = this.column;
    const remaining = await this.countForeign();
    return { table, rewrapped: this.rewrapped, unreadable: this.unreadable, remaining };
  }

  private async findForeign(afterId: string | null): Promise<Row[]> {
    const { rows } = await this.client.query<Row>(
      `SELECT ${this.id} AS id, ${this.ciphertext} AS box FROM ${this.table}
       WHERE ${this.isForeign} AND (${this.id} > $2 OR $2 IS NULL) ORDER BY ${this.id} LIMIT ${BATCH}`,
      [this.box.keyId, afterId],
    );
    return rows;
  }

  private async rewrap({ id, box }: Row): Promise<void> {
    const sealed = this.reseal(id, box);
    if (sealed === null) {
      this.unreadable++;
      return;
    }
    const { rowCount } = await this.client.query(
      `UPDATE ${this.table} SET ${this.ciphertext} = $3 WHERE ${this.id} = $1 AND ${this.ciphertext} = $2`,
      [id, box, sealed],
    );
    this.rewrapped += rowCount ?? 0;
  }

  /** Null for a box that does not open. What was sealed is opened again before it replaces the only copy. */
  private reseal(id: string, box: Buffer): Buffer | null {
    const { purpose } = this.column;
    try {
      const plaintext = this.box.open(purpose, box, id);
      const sealed = this.box.seal(purpose, plaintext, id);
      if (!this.box.open(purpose, sealed, id).equals(plaintext)) throw new Error('The new box differs');
      return sealed;
    } catch (error) {
      if (error instanceof SecretBoxError) return null;
      throw error;
    }
  }

  private async countForeign(): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${this.table} WHERE ${this.isForeign}`,
      [this.box.keyId],
    );
    return rows[0]?.count ?? 0;
  }
}
