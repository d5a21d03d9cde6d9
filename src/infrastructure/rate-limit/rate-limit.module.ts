import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { getOptionsToken, getStorageToken, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { authConfig } from '../../config/auth.config';
import { SecretBox } from '../crypto';
import { EventsModule } from '../events';
import { FallbackRateLimitStorage } from './fallback-rate-limit.storage';
import { MemoryRateLimitStorage } from './memory-rate-limit.storage';
import { PolicyThrottlerGuard } from './policy-throttler.guard';
import { PostgresRateLimitStorage } from './postgres-rate-limit.storage';
import { RateLimitGuard } from './rate-limit.guard';
import { rateLimitOptions } from './rate-limit.policies';
import { RedisRateLimitStorage } from './redis-rate-limit.storage';

@Module({
  imports: [ConfigModule.forFeature(authConfig), EventsModule],
  providers: [
    MemoryRateLimitStorage,
    PostgresRateLimitStorage,
    RedisRateLimitStorage,
    {
      provide: getStorageToken(),
      inject: [authConfig.KEY, RedisRateLimitStorage, PostgresRateLimitStorage, MemoryRateLimitStorage],
      useFactory: (
        { workers }: ConfigType<typeof authConfig>,
        redis: RedisRateLimitStorage,
        postgres: PostgresRateLimitStorage,
        memory: MemoryRateLimitStorage,
      ) => new FallbackRateLimitStorage(redis, postgres, memory, workers),
    },
    {
      provide: getOptionsToken(),
      inject: [authConfig.KEY, SecretBox],
      useFactory: (config: ConfigType<typeof authConfig>, box: SecretBox): ThrottlerModuleOptions =>
        rateLimitOptions(config.rateLimits, box),
    },
    PolicyThrottlerGuard,
    RateLimitGuard,
  ],
  exports: [RateLimitGuard],
})
export class RateLimitModule {}
