import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller';
import { AuditEventsRepository } from './audit-events.repository';
import { AuditKeyRing } from './audit-key-ring';
import { AuditKeysRepository } from './audit-keys.repository';
import { AuditPersonalData } from './audit-personal-data';
import { AuditPartitions } from './audit-partitions';
import { AuditRecordFactory } from './audit-record.factory';
import { AuditRecorder } from './audit-recorder';
import { AuditStatsController } from './audit-stats.controller';
import { AuditStatsRepository } from './audit-stats.repository';
import { AuditStatsService } from './audit-stats.service';
import { AuditService } from './audit.service';
import { AuditTrailController } from './audit-trail.controller';
import { AuditExportService } from './export/audit-export.service';
import { AuditHoldsRepository } from './retention/audit-holds.repository';
import { AuditHoldsService } from './retention/audit-holds.service';
import { IpDigests } from './ip-digests';
import { AuditBatchesRepository } from './sealing/audit-batches.repository';
import { SealedTrail } from './sealing/sealed-trail';
import { SealingKeysRepository } from './sealing/sealing-keys.repository';
import { SealingKeysService } from './sealing/sealing-keys.service';
import { AuditVerificationService } from './verification/audit-verification.service';
import './audit.permissions';

@Module({
  controllers: [AuditController, AuditStatsController, AuditTrailController],
  providers: [
    AuditEventsRepository,
    AuditBatchesRepository,
    AuditKeysRepository,
    AuditKeyRing,
    AuditPersonalData,
    AuditPartitions,
    AuditRecordFactory,
    AuditRecorder,
    AuditService,
    AuditStatsRepository,
    AuditStatsService,
    AuditExportService,
    AuditHoldsRepository,
    AuditHoldsService,
    AuditVerificationService,
    IpDigests,
    SealedTrail,
    SealingKeysRepository,
    SealingKeysService,
  ],
  exports: [
    AuditBatchesRepository,
    AuditHoldsRepository,
    AuditHoldsService,
    AuditVerificationService,
    SealedTrail,
    SealingKeysService,
  ],
})
export class AuditModule {}
