import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DatabaseServer } from '../../../infrastructure/database';
import { Leadership } from '../../../infrastructure/leadership';
import { AuditBatchesRepository } from './audit-batches.repository';
import { AuditSealerService } from './audit-sealer.service';

const SEALING_LOCK = 7_240_116;
/** Several times within the second in which events are to be sealed. */
const INTERVAL_MS = 250;
/** How often the others look whether there is a leader. */
const STANDBY_MS = 1_000;

/** Seals the trail, on one process at a time. Logs each checkpoint: kept elsewhere, it proves what was there. */
@Injectable()
export class AuditSealing implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('AuditSealing');
  private readonly leadership: Leadership;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private hasWarned = false;

  constructor(
    private readonly sealer: AuditSealerService,
    private readonly batches: AuditBatchesRepository,
    server: DatabaseServer,
  ) {
    this.leadership = new Leadership({ url: server.url, lock: SEALING_LOCK, name: 'portcullis-sealer' });
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.leadership.resign();
  }

  /** How long the oldest unsealed event has been waiting, and how many wait. */
  async sealLag(): Promise<{ readonly seconds: number; readonly events: number }> {
    const { count, oldestSeconds } = await this.batches.countUnsealed();
    return { seconds: oldestSeconds, events: count };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const isLeading = await this.seal();
      await sleep(isLeading ? INTERVAL_MS : STANDBY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whether this process is the one that seals. */
  private async seal(): Promise<boolean> {
    try {
      while (!this.stopping.signal.aborted && (await this.leadership.claim())) {
        const checkpoint = await this.sealer.sealNext();
        this.hasWarned = false;
        if (checkpoint === null) return true;
        this.logger.log(`Audit checkpoint ${JSON.stringify(checkpoint)}`);
      }
    } catch (error) {
      if (!this.hasWarned) this.logger.warn(`The audit trail could not be sealed: ${String(error)}`);
      this.hasWarned = true;
      // Whoever can shall.
      await this.leadership.resign();
    }
    return false;
  }
}
