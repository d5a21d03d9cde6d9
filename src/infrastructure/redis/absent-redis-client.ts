import type { DependencyCondition } from '../dependencies';
import { RedisClient, RedisUnavailableError } from './redis-client';

/** Stands in where no Redis is configured. */
export class AbsentRedisClient extends RedisClient {
  private readonly since = new Date();
  /** Made once: what an error costs is its stack, and every call is refused. */
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
