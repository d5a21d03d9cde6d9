import { Global, Module } from '@nestjs/common';
import { DatabaseServerModule } from '../database';
import { ChangeFeed } from './change-feed';
import { FeedHints } from './feed-hints';
import { PostgresChangeFeed } from './postgres-change-feed';
import { PostgresHints } from './postgres-hints';
import { RedisHints } from './redis-hints';

@Global()
@Module({
  imports: [DatabaseServerModule],
  providers: [PostgresHints, RedisHints, FeedHints, { provide: ChangeFeed, useClass: PostgresChangeFeed }],
  exports: [ChangeFeed],
})
export class ChangeFeedModule {}
