import type { DependencyCondition } from '../dependencies';
import { RedisClient, RedisUnavailableError } from './redis-client';

/** Stands in where no Redis is configured. */
export class AbsentRedisClient extends RedisClient {
  private readonly since = new Date();
  /** One for all, since asking is part of ordinary requests, and a stack takes longer than what they do instead. */
  private readonly refusal = new RedisUnavailableError('REDIS_URL is not set');

  override condition(): DependencyCondition {
    return { state: 'not_configured', breaker: null, since: this.since };
  }

  override evaluate(): Promise<unknown> {
    return Promise.reject(this.refusal);
  }

  override publish(): Promise<void> {
    return Promise.reject(this.refusal);
  }

  override subscribe(): () => void {
    return () => undefined;
  }
}
