import { Module } from '@nestjs/common';
import { DatabaseServerModule } from '../../infrastructure/database';
import { AuditModule } from './audit.module';
import { AuditSealerService } from './sealing/audit-sealer.service';
import { AuditSealing } from './sealing/audit-sealing';
import { AuditSealingMetrics } from './sealing/audit-sealing.metrics';

/** Beside the trail, and not in it: what runs for a moment writes events, but need not be who seals them. */
@Module({
  imports: [DatabaseServerModule, AuditModule],
  providers: [AuditSealerService, AuditSealing, AuditSealingMetrics],
  exports: [AuditSealing],
})
export class AuditSealingModule {}
