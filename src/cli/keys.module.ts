import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ChangeFeedModule } from '../infrastructure/change-feed';
import { ClockModule } from '../infrastructure/clock';
import { CryptoModule } from '../infrastructure/crypto';
import { DatabaseModule } from '../infrastructure/database';
import { EventsModule } from '../infrastructure/events';
import { PaginationModule } from '../infrastructure/pagination';
import { RedisModule } from '../infrastructure/redis';
import { RequestContextModule } from '../infrastructure/request-context';
import { AuditModule } from '../modules/audit';
import { SigningKeysModule } from '../modules/auth';

/** What a change of the key ring needs: the ring, the feed that tells the processes, and the trail. */
@Module({
  imports: [
    ConfigModule.forRoot({ ignoreEnvFile: true, ignoreEnvVars: true }),
    RequestContextModule,
    ClockModule,
    CryptoModule,
    DatabaseModule,
    RedisModule,
    ChangeFeedModule,
    EventsModule,
    PaginationModule,
    AuditModule,
    SigningKeysModule,
  ],
})
export class KeysModule {}
