import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ClockModule } from '../infrastructure/clock';
import { CryptoModule } from '../infrastructure/crypto';
import { DatabaseModule } from '../infrastructure/database';
import { EventsModule } from '../infrastructure/events';
import { PaginationModule } from '../infrastructure/pagination';
import { RequestContextModule } from '../infrastructure/request-context';
import { AuditModule } from '../modules/audit';

/** The trail without whoever writes into it or seals it. */
@Module({
  imports: [
    ConfigModule.forRoot({ ignoreEnvFile: true, ignoreEnvVars: true }),
    RequestContextModule,
    ClockModule,
    CryptoModule,
    DatabaseModule,
    EventsModule,
    PaginationModule,
    AuditModule,
  ],
})
export class AuditCliModule {}
