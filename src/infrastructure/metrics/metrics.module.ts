import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { metricsConfig } from '../../config/metrics.config';
import { EventMetrics } from './event-metrics';
import { HttpMetrics } from './http-metrics';
import { InfrastructureMetrics } from './infrastructure-metrics';
import { Metrics } from './metrics';
import { MetricsAccess } from './metrics-access';
import { MetricsController } from './metrics.controller';
import { ProcessMetrics } from './process-metrics';

@Global()
@Module({
  imports: [ConfigModule.forFeature(metricsConfig)],
  controllers: [MetricsController],
  providers: [Metrics, MetricsAccess, HttpMetrics, EventMetrics, InfrastructureMetrics, ProcessMetrics],
  exports: [Metrics],
})
export class MetricsModule {}
