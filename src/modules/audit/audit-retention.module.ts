import { Module } from '@nestjs/common';
import { AuditModule } from './audit.module';
import { AuditRetentionService } from './retention/audit-retention.service';
import { AuditRetirementsRepository } from './retention/audit-retirements.repository';

/** Beside the trail, and not in it: no running service takes anything out of it. */
@Module({
  imports: [AuditModule],
  providers: [AuditRetentionService, AuditRetirementsRepository],
  exports: [AuditRetentionService],
})
export class AuditRetentionModule {}
