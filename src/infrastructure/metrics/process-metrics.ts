import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { Metrics } from './metrics';

/** Memory, CPU, event loop and garbage collection, under the names that Prometheus's world knows. */
@Injectable()
export class ProcessMetrics {
  constructor({ registry }: Metrics) {
    collectDefaultMetrics({ register: registry });
  }
}
