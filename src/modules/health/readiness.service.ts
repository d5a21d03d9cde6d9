import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { Database } from '../../infrastructure/database';

const PING = { name: 'health-ping', text: 'SELECT 1' };
const PING_WITHIN_MS = 1_000;

/** Whether this process can decide: what it knows is fresh, its database answers, and it is not on its way out. */
@Injectable()
export class ReadinessService implements BeforeApplicationShutdown {
  private isShuttingDown = false;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly database: Database,
  ) {}

  beforeApplicationShutdown(): void {
    this.isShuttingDown = true;
  }

  /** @throws DomainError `SERVICE.UNAVAILABLE` */
  async requireReady(): Promise<void> {
    if (this.isShuttingDown || !this.feed.isFresh() || !(await this.databaseAnswers())) {
      throw new DomainError('SERVICE.UNAVAILABLE');
    }
  }

  private databaseAnswers(): Promise<boolean> {
    const ping = this.database.query(PING).then(
      () => true,
      () => false,
    );
    return Promise.race([ping, sleep(PING_WITHIN_MS, false, { ref: false })]);
  }
}
