import { Injectable } from '@nestjs/common';
import { Database } from '../database';
import { RedisClient } from '../redis';

const CHANNEL = 'portcullis:changes';

/** Hints by publish and subscribe, where there is a Redis. */
@Injectable()
export class RedisHints {
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly redis: RedisClient,
  ) {}

  /** Published after the commit, and nobody waits for it or learns that it was lost. */
  async send(): Promise<void> {
    await this.database.afterCommit(() => {
      this.redis.publish(CHANNEL, '').catch(() => undefined);
      return Promise.resolve();
    });
  }

  start(onHint: () => void): void {
    this.unsubscribe = this.redis.subscribe(CHANNEL, onHint);
  }

  stop(): void {
    this.unsubscribe?.();
  }
}
