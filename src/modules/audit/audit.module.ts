import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller';
import { AuditEventsRepository } from './audit-events.repository';
import { AuditKeyRing } from './audit-key-ring';
import { AuditKeysRepository } from './audit-keys.repository';
import { AuditPartitions } from './audit-partitions';
import { AuditRecordFactory } from './audit-record.factory';
import { AuditRecorder } from './audit-recorder';
import { AuditStatsController } from './audit-stats.controller';
import { AuditStatsRepository } from './audit-stats.repository';
import { AuditStatsService } from './audit-stats.service';
import { AuditService } from './audit.service';
import './audit.permissions';

@Module({
  controllers: [AuditController, AuditStatsController],
  providers: [
    AuditEventsRepository,
    AuditKeysRepository,
    AuditKeyRing,
    AuditPartitions,
    AuditRecordFactory,
    AuditRecorder,
    AuditService,
    AuditStatsRepository,
    AuditStatsService,
  ],
})
export class AuditModule {}
