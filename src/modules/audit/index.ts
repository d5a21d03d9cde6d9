export { AuditModule } from './audit.module';
export { AuditSealingModule } from './audit-sealing.module';
