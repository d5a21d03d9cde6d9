export { Counter } from './counter';
export { Metrics, type CollectedMetric, type Reading } from './metrics';
export { MetricsModule } from './metrics.module';
export { MetricsRelay } from './worker-metrics';
