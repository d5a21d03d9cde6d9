import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DURATION_BOUNDS, statusOf, type HttpAdapter, type RouteMeter } from '../http';
import { Metrics, type Reading } from './metrics';

const DURATION = 'portcullis_http_request_duration_seconds';

/** Requests, as the HTTP adapter has counted them. */
@Injectable()
export class HttpMetrics {
  constructor(metrics: Metrics, host: HttpAdapterHost<HttpAdapter>) {
    const meters = () => host.httpAdapter.meters;
    metrics.add({
      name: 'portcullis_http_requests_total',
      help: 'Answers by method, route pattern and status',
      type: 'counter',
      aggregator: 'sum',
      read: () => meters().all().flatMap(answersOf),
    });
    metrics.add({
      name: DURATION,
      help: 'Time from the request to the start of its answer, by method and route pattern',
      type: 'histogram',
      aggregator: 'sum',
      read: () => meters().all().flatMap(durationsOf),
    });
    metrics.add({
      name: 'portcullis_problems_total',
      help: 'Errors answered, by status and code of docs/errors.md',
      type: 'counter',
      aggregator: 'sum',
      read: () =>
        [...meters().problems].map(([code, value]) => ({ labels: { status: statusOf(code), code }, value })),
    });
  }
}

function answersOf({ method, route, answers }: RouteMeter): Reading[] {
  return [...answers].map(([status, value]) => ({ labels: { method, route, status }, value }));
}

/** Nothing of a route that nobody has called: most series would be noughts. */
function durationsOf({ method, route, durations, totalSeconds }: RouteMeter): Reading[] {
  let count = 0;
  const buckets = [...durations].map((within, index): Reading => {
    count += within;
    const le = String(DURATION_BOUNDS[index] ?? '+Inf');
    return { metricName: `${DURATION}_bucket`, labels: { method, route, le }, value: count };
  });
  if (count === 0) return [];
  return [
    ...buckets,
    { metricName: `${DURATION}_sum`, labels: { method, route }, value: totalSeconds },
    { metricName: `${DURATION}_count`, labels: { method, route }, value: count },
  ];
}
