import { Module, type INestApplicationContext } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
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

export async function withAuditTrail<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const context = await NestFactory.createApplicationContext(AuditCliModule, { abortOnError: false });
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}
