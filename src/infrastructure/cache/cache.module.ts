import { Global, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { redisConfig } from '../../config/redis.config';
import { RedisClient, RedisModule } from '../redis';
import { CacheStore, MemoryCacheStore } from './cache-store';
import { RedisCacheStore } from './redis-cache-store';
import { SnapshotCache } from './snapshot-cache';

@Global()
@Module({
  imports: [ConfigModule.forFeature(redisConfig), RedisModule],
  providers: [
    {
      provide: CacheStore,
      inject: [redisConfig.KEY, RedisClient],
      useFactory: ({ url }: ConfigType<typeof redisConfig>, redis: RedisClient): CacheStore =>
        url === undefined ? new MemoryCacheStore() : new RedisCacheStore(url, redis),
    },
    SnapshotCache,
  ],
  exports: [SnapshotCache],
})
export class CacheModule {}
