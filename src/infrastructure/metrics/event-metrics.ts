import { Injectable } from '@nestjs/common';
import { EVENT_CATALOGUE, OnDomainEvent, type DomainEvent } from '../../common/events';
import { Database } from '../database';
import { Counter } from './counter';
import { Metrics } from './metrics';

/** Counts every domain event that has happened: not what was rolled back. */
@Injectable()
export class EventMetrics {
  private readonly events = new Counter(Object.keys(EVENT_CATALOGUE).map((event) => ({ event })));

  constructor(
    metrics: Metrics,
    private readonly database: Database,
  ) {
    metrics.add({
      name: 'portcullis_events_total',
      help: 'Domain events, by their name in docs/events.md',
      type: 'counter',
      aggregator: 'sum',
      read: this.events.read,
    });
  }

  @OnDomainEvent()
  count({ name }: DomainEvent): Promise<void> {
    return this.database.afterCommit(() => {
      this.events.increment({ event: name });
      return Promise.resolve();
    });
  }
}
