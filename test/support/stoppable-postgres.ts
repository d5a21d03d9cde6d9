import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
