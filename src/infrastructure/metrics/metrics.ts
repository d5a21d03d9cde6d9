import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Registry, type Metric, type MetricObjectWithValues, type MetricValue } from 'prom-client';

export interface Reading {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  /** Where it is not the metric's own: `…_bucket`, `…_sum` and `…_count` of a histogram. */
  readonly metricName?: string;
}

export interface CollectedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** How the figures of several workers become one. */
  readonly aggregator: 'sum' | 'min' | 'max';
  /** Called when somebody asks. What fails or takes long is left out: the others matter most in an outage. */
  readonly read: () => readonly Reading[] | Promise<readonly Reading[]>;
}

export type Snapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

const MAX_READ_MS = 1_000;

/**
 * What this process tells of itself. Whoever knows a figure adds it, from its own module; nothing is kept here, so a
 * metric costs nothing until it is asked for.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly logger = new Logger('Metrics');

  /** @throws Error when the name is taken: a programming error that stops the boot. */
  add(metric: CollectedMetric): void {
    const { name, help, type, aggregator } = metric;
    const get = async () => ({ name, help, type, aggregator, values: await this.read(metric) });
    // A registry asks of a metric nothing but this (as prom-client's own AggregatorRegistry does).
    this.registry.registerMetric({ name, get } as unknown as Metric);
  }

  snapshot(): Promise<Snapshot> {
    return this.registry.getMetricsAsJSON();
  }

  private async read({ name, read }: CollectedMetric): Promise<readonly Reading[]> {
    try {
      const late = sleep(MAX_READ_MS, undefined, { ref: false });
      const readings = await Promise.race([read(), late]);
      return (readings ?? []).map((reading) => ({ labels: {}, ...reading }));
    } catch (error) {
      this.logger.warn(`${name} could not be read: ${String(error)}`);
      return [];
    }
  }
}
