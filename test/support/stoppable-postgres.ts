import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/infrastructure/database/embedded-postgres';
import { freePort } from './service';

/** A server of the caller's own, which goes and comes back under one address. */
export class StoppablePostgres {
  private constructor(
    private readonly dataDir: string,
    private readonly port: number,
    private server: EmbeddedPostgres,
  ) {}

  static async start(): Promise<StoppablePostgres> {
    const dataDir = mkdtempSync(join(tmpdir(), 'portcullis-stoppable-'));
    const port = await freePort();
    const server = await startEmbeddedPostgres({ dataDir, port, durable: false });
    return new StoppablePostgres(dataDir, port, server);
  }

  get url(): string {
    return this.server.url;
  }

  /** In order: what was committed is there when it comes back. */
  stop(): Promise<void> {
    return this.server.stop();
  }

  /** As if its power had failed: every connection breaks at once. */
  async crash(): Promise<void> {
    process.kill(this.processId, 'SIGQUIT');
    await this.server.stop();
  }

  /** As if its machine hung: connections stay open, and nothing is answered. Answers what ends that. */
  async freeze(): Promise<() => void> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
    );
    await client.end();
    // Its first process last to thaw and first to freeze: it would take a child that stops for one that has died.
    const pids = [this.processId, ...rows.map(({ pid }) => pid)];
    const signal = (name: 'SIGSTOP' | 'SIGCONT') => (pid: number) => {
      try {
        process.kill(pid, name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    pids.forEach(signal('SIGSTOP'));
    return () => {
      pids.reverse().forEach(signal('SIGCONT'));
    };
  }

  async comeBack(): Promise<void> {
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, port: this.port, durable: false });
  }

  async remove(): Promise<void> {
    await this.server.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private get processId(): number {
    return Number(readFileSync(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  }
}
