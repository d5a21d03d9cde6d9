import { Injectable } from '@nestjs/common';
import { Metrics } from '../../../infrastructure/metrics';
import { AuditSealing } from './audit-sealing';

@Injectable()
export class AuditSealingMetrics {
  constructor(metrics: Metrics, sealing: AuditSealing) {
    metrics.add({
      name: 'portcullis_audit_seal_lag_seconds',
      help: 'For how long the oldest event of the trail has waited to be sealed',
      type: 'gauge',
      aggregator: 'max',
      read: async () => [{ value: (await sealing.sealLag()).seconds }],
    });
  }
}
