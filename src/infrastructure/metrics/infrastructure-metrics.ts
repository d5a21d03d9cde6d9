import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '../change-feed';
import { DatabaseClock } from '../clock';
import { PasswordHasher } from '../crypto';
import { Database, type PoolLoad } from '../database';
import { Certificates, Dependencies } from '../dependencies';
import { Metrics, type Reading } from './metrics';

/** Of providers there are as many as administrators make; those that end soonest are the ones to know of. */
const MAX_CERTIFICATES = 100;

/** How the adapters below the modules fare. They know nothing of this. */
@Injectable()
export class InfrastructureMetrics {
  constructor(
    private readonly metrics: Metrics,
    feed: ChangeFeed,
    hasher: PasswordHasher,
    database: Database,
    dependencies: Dependencies,
    clock: DatabaseClock,
    certificates: Certificates,
  ) {
    this.addFeed(feed);
    this.addHasher(hasher);
    this.addPool(() => database.load);
    this.addDependencies(dependencies);
    this.gauge(
      'portcullis_clock_offset_seconds',
      'How far the clock of the machine is ahead of that of PostgreSQL',
      'max',
      () => [{ value: clock.offsetMs / 1_000 }],
    );
    this.addCertificates(certificates);
  }

  private addFeed(feed: ChangeFeed): void {
    this.gauge('portcullis_change_feed_lag_seconds', 'Since the change feed was last read', 'max', () => [
      { value: feed.delay.lagSeconds },
    ]);
    this.gauge(
      'portcullis_change_feed_horizon_age_seconds',
      'For how long the cursor of the change feed has waited for an open transaction',
      'max',
      () => [{ value: feed.delay.horizonAgeSeconds }],
    );
  }

  private addHasher(hasher: PasswordHasher): void {
    this.gauge('portcullis_password_hashes_waiting', 'Password hashes that wait for a slot', 'sum', () => [
      { value: hasher.load.waiting },
    ]);
    this.metrics.add({
      name: 'portcullis_password_hashes_rejected_total',
      help: 'Password hashes refused because too many waited',
      type: 'counter',
      aggregator: 'sum',
      read: () => [{ value: hasher.load.rejected }],
    });
  }

  private addPool(load: () => PoolLoad): void {
    this.gauge('portcullis_database_connections', 'Connections to PostgreSQL, by state', 'sum', () => {
      const { total, idle } = load();
      return [
        { labels: { state: 'idle' }, value: idle },
        { labels: { state: 'busy' }, value: total - idle },
      ];
    });
    this.gauge('portcullis_database_connections_max', 'As many connections as there may be', 'sum', () => [
      { value: load().max },
    ]);
    this.gauge('portcullis_database_waiting', 'Callers that wait for a connection', 'sum', () => [
      { value: load().waiting },
    ]);
  }

  private addDependencies(dependencies: Dependencies): void {
    const conditions = () =>
      dependencies.list().map((dependency) => ({ name: dependency.name, ...dependency.condition() }));
    this.gauge('portcullis_dependency_up', 'Whether the last use of a dependency succeeded', 'min', () =>
      conditions()
        .filter(({ state }) => state !== 'not_configured')
        .map(({ name, state }) => ({ labels: { dependency: name }, value: Number(state === 'up') })),
    );
    this.gauge(
      'portcullis_breaker_open',
      'Whether a breaker keeps callers away from a dependency',
      'max',
      () =>
        conditions()
          .filter(({ breaker }) => breaker !== null)
          .map(({ name, breaker }) => ({ labels: { dependency: name }, value: Number(breaker === 'open') })),
    );
  }

  private addCertificates(certificates: Certificates): void {
    this.gauge(
      'portcullis_certificate_days_left',
      'Days until the first certificate of an identity provider ends; negative when it has',
      'min',
      () =>
        certificates
          .soonestByProvider()
          .slice(0, MAX_CERTIFICATES)
          .map(({ provider, daysLeft }) => ({ labels: { provider }, value: daysLeft })),
    );
  }

  private gauge(name: string, help: string, aggregator: 'sum' | 'min' | 'max', read: () => Reading[]): void {
    this.metrics.add({ name, help, type: 'gauge', aggregator, read });
  }
}
