export { Circuit } from './circuit';
export {
  COMMAND_TIMEOUT_MS,
  RedisClient,
  redisScript,
  RedisUnavailableError,
  type RedisScript,
} from './redis-client';
export { RedisModule } from './redis.module';
