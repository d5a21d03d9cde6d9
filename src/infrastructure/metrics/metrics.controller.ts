import cluster from 'node:cluster';
import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { Public } from '../../common/access';
import { ApiContract } from '../../common/http';
import { Metrics } from './metrics';
import { MetricsAccess } from './metrics-access';
import { WorkerMetrics } from './worker-metrics';

const MetricsResponse = z.string().meta({
  id: 'Metrics',
  examples: ['portcullis_http_requests_total{method="GET",route="/v1/users",status="200"} 3\n'],
});

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  private readonly workers: WorkerMetrics | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly access: MetricsAccess,
  ) {
    this.workers = cluster.isWorker ? new WorkerMetrics(metrics) : undefined;
  }

  @Get()
  @Public()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiProduces('text/plain')
  @ApiContract({
    summary: 'What the service tells a Prometheus',
    description:
      'Needs `METRICS_TOKEN` as the bearer token. Without one configured, answers only who asks from the same ' +
      'machine, and by default not in production. Of several workers behind one port: their totals.',
    response: MetricsResponse,
    errors: ['REQUEST.NOT_FOUND', 'AUTH.TOKEN_MISSING', 'AUTH.TOKEN_INVALID'],
  })
  async read(@Req() request: FastifyRequest): Promise<string> {
    this.access.require(request);
    return this.workers === undefined ? this.metrics.registry.metrics() : this.workers.ofAll();
  }
}
