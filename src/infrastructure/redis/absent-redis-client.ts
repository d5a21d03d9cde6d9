import type { DependencyCondition } from '../dependencies';
import { RedisClient, RedisUnavailableError } from './redis-client';

/** Stands in where no Redis is configured. */
export class AbsentRedisClient extends RedisClient {
  private readonly since = new Date();

  override condition(): DependencyCondition {
    return { state: 'not_configured', breaker: null, since: this.since };
  }

  override evaluate(): Promise<unknown> {
    return Promise.reject(new RedisUnavailableError('REDIS_URL is not set'));
  }

  override publish(): Promise<void> {
    return Promise.reject(new RedisUnavailableError('REDIS_URL is not set'));
  }

  override subscribe(): () => void {
    return () => undefined;
  }
}
