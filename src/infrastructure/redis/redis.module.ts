import { Global, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { redisConfig } from '../../config/redis.config';
import { AbsentRedisClient } from './absent-redis-client';
import { IoredisClient } from './ioredis-client';
import { RedisClient } from './redis-client';

@Global()
@Module({
  imports: [ConfigModule.forFeature(redisConfig)],
  providers: [
    {
      provide: RedisClient,
      inject: [redisConfig.KEY],
      useFactory: ({ url }: ConfigType<typeof redisConfig>): RedisClient =>
        url === undefined ? new AbsentRedisClient() : new IoredisClient(url),
    },
  ],
  exports: [RedisClient],
})
export class RedisModule {}
