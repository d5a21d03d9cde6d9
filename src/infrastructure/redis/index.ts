export { RedisClient, redisScript, RedisUnavailableError, type RedisScript } from './redis-client';
export { RedisModule } from './redis.module';
