import { Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { ClockModule } from '../infrastructure/clock';
import { CryptoModule } from '../infrastructure/crypto';
import { DatabaseModule, OwnerDatabaseModule } from '../infrastructure/database';
import { EventsModule } from '../infrastructure/events';
import { PaginationModule } from '../infrastructure/pagination';
import { RequestContextModule } from '../infrastructure/request-context';
import { AuditModule, AuditRetentionModule } from '../modules/audit';

const SURROUNDINGS = [
  ConfigModule.forRoot({ ignoreEnvFile: true, ignoreEnvVars: true }),
  RequestContextModule,
  ClockModule,
  CryptoModule,
  EventsModule,
  PaginationModule,
];

/** The trail without whoever writes into it or seals it. */
@Module({ imports: [...SURROUNDINGS, DatabaseModule, AuditModule] })
export class AuditCliModule {}

/** The trail in the hands of its owner. */
@Module({ imports: [...SURROUNDINGS, OwnerDatabaseModule, AuditRetentionModule] })
export class AuditRetentionCliModule {}

export async function withAuditTrail<T>(
  work: (app: INestApplicationContext) => Promise<T>,
  module: Type = AuditCliModule,
): Promise<T> {
  const context = await NestFactory.createApplicationContext(module, { abortOnError: false });
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}
