import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabaseServer } from '../../src/infrastructure/database';
import { administer, databaseUrl } from '../../test/support/postgres-admin';

/** A PostgreSQL of the benchmarks' own, durable as in production: a commit waits for the disk. */
export class Postgres {
  private databases = 0;

  private constructor(
    readonly url: string,
    private readonly dataDir: string,
    private readonly shutDown: () => Promise<void>,
  ) {}

  static async start(): Promise<Postgres> {
    const dataDir = mkdtempSync(join(tmpdir(), 'portcullis-bench-'));
    const server = await startDatabaseServer({ kind: 'embedded', dataDir });
    return new Postgres(server.url, dataDir, () => server.stop());
  }

  /** A new database, empty or a copy of `template`, which nobody may be connected to. */
  async createDatabase(template?: string): Promise<string> {
    const name = `bench_${++this.databases}`;
    const source = template === undefined ? '' : ` TEMPLATE ${new URL(template).pathname.slice(1)}`;
    await administer(this.url, `CREATE DATABASE ${name}${source}`);
    return databaseUrl(this.url, name);
  }

  /** From now on each statement of new connections to `database` is written to the log of the server. */
  async logStatements(database: string): Promise<void> {
    await administer(
      this.url,
      `ALTER DATABASE ${new URL(database).pathname.slice(1)} SET log_statement = 'all'`,
    );
  }

  /** From now on the plan of each statement of new connections to `database` is written to the log of the server. */
  async explainStatements(database: string): Promise<void> {
    const name = new URL(database).pathname.slice(1);
    await administer(this.url, `ALTER DATABASE ${name} SET session_preload_libraries = 'auto_explain'`);
    await administer(this.url, `ALTER DATABASE ${name} SET auto_explain.log_min_duration = 0`);
  }

  /** How often so far a plan read `table`, and how often from end to end. */
  countReads(table: string): { all: number; full: number } {
    const log = readFileSync(join(this.dataDir, 'postgres.log'), 'utf8');
    const count = (text: string): number => log.split(text).length - 1;
    return { all: count(` on ${table}`), full: count(`Seq Scan on ${table}`) };
  }

  /** How many statements were logged so far. */
  countStatements(): number {
    const log = readFileSync(join(this.dataDir, 'postgres.log'), 'utf8');
    return log.match(/LOG: {2}(?:execute |statement: )/g)?.length ?? 0;
  }

  async stop(): Promise<void> {
    await this.shutDown();
    rmSync(this.dataDir, { recursive: true });
  }
}
