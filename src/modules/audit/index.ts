export { AuditModule } from './audit.module';
export { AuditSealingModule } from './audit-sealing.module';
export { CheckpointResponse } from './dto/checkpoint.response';
export type { AuditVerdictResponse } from './dto/verification.schemas';
export { verifyExport } from './export/verify-export';
export { AuditHoldsService } from './retention/audit-holds.service';
export { AuditSealing } from './sealing/audit-sealing';
export { AuditVerificationService } from './verification/audit-verification.service';
