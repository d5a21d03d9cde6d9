import { Global, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { redisConfig } from '../../config/redis.config';
import { Dependencies, DependenciesModule } from '../dependencies';
import { AbsentRedisClient } from './absent-redis-client';
import { IoredisClient } from './ioredis-client';
import { RedisClient } from './redis-client';

const FAILURE_MODE =
  'PostgreSQL and memory take over: limits get stricter, never looser, and what was revoked stays revoked.';

@Global()
@Module({
  imports: [ConfigModule.forFeature(redisConfig), DependenciesModule],
  providers: [
    {
      provide: RedisClient,
      inject: [redisConfig.KEY, Dependencies],
      useFactory: ({ url }: ConfigType<typeof redisConfig>, dependencies: Dependencies): RedisClient => {
        const client = url === undefined ? new AbsentRedisClient() : new IoredisClient(url);
        dependencies.add({ name: 'redis', failureMode: FAILURE_MODE, condition: () => client.condition() });
        return client;
      },
    },
  ],
  exports: [RedisClient],
})
export class RedisModule {}
