import { RedisClient, RedisUnavailableError } from './redis-client';

/** Stands in where no Redis is configured. */
export class AbsentRedisClient extends RedisClient {
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
