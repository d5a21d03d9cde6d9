import { Global, Module } from '@nestjs/common';
import { DatabaseServerModule } from '../database/database-server.module';
import { ChangeFeed } from './change-feed';
import { FeedHints } from './feed-hints';
import { PostgresChangeFeed } from './postgres-change-feed';

@Global()
@Module({
  imports: [DatabaseServerModule],
  providers: [FeedHints, { provide: ChangeFeed, useClass: PostgresChangeFeed }],
  exports: [ChangeFeed],
})
export class ChangeFeedModule {}
