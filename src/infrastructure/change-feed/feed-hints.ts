import { Injectable } from '@nestjs/common';
import { PostgresHints } from './postgres-hints';
import { RedisHints } from './redis-hints';

/**
 * Wakes the readers of the change feed as soon as a change commits, on every way there is. Only ever a hint: a
 * lost one costs the time to the next poll.
 */
@Injectable()
export class FeedHints {
  constructor(
    private readonly postgres: PostgresHints,
    private readonly redis: RedisHints,
  ) {}

  /** Hints when, and only if, the current transaction commits. */
  async send(): Promise<void> {
    await this.postgres.send();
    await this.redis.send();
  }

  start(onHint: () => void): void {
    this.postgres.start(onHint);
    this.redis.start(onHint);
  }

  async stop(): Promise<void> {
    this.redis.stop();
    await this.postgres.stop();
  }
}
