import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DomainError } from '../../common/errors';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { DatabaseClock } from '../../infrastructure/clock';
import { Database } from '../../infrastructure/database';
import { Certificates, Dependencies, ObservedState } from '../../infrastructure/dependencies';
import { HttpAdapter } from '../../infrastructure/http';
import type { DependenciesResponse, ReadinessChecks, ReadyResponse } from './dto/health.response';

const MAX_ANSWER_MS = 1_000;
const PING = { name: 'health-ping', text: 'SELECT 1' };

const WITHOUT_POSTGRESQL =
  'Tokens are checked from memory for 5 seconds; then, and at once for all that reads or writes, the answer is 503.';

const WITH_WRONG_CLOCK =
  'Nothing of our own: tokens are made and judged by the time of PostgreSQL. What identity providers sign is refused.';

@Injectable()
export class HealthService {
  private readonly postgresql = new ObservedState('up');
  private ping: Promise<boolean> | undefined;

  constructor(
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly host: HttpAdapterHost<HttpAdapter>,
    private readonly dependencies: Dependencies,
    clock: DatabaseClock,
    private readonly certificates: Certificates,
  ) {
    dependencies.add({
      name: 'postgresql',
      failureMode: WITHOUT_POSTGRESQL,
      condition: () => ({ ...this.postgresql.current, breaker: null }),
    });
    dependencies.add({ name: 'clock', failureMode: WITH_WRONG_CLOCK, condition: () => clock.condition });
  }

  /** @throws DomainError `SERVICE.UNAVAILABLE` when requests should go elsewhere; `detail` and `checks` say why. */
  async requireReady(): Promise<ReadyResponse> {
    const checks: ReadinessChecks = {
      process: this.host.httpAdapter.isDraining ? 'draining' : 'serving',
      postgresql: (await this.databaseAnswers()) ? 'up' : 'down',
      changeFeed: this.feed.isFresh() ? 'fresh' : 'stale',
    };
    const reason = reasonAgainst(checks);
    if (reason === undefined) return { status: 'ready', checks };
    throw new DomainError('SERVICE.UNAVAILABLE', {
      detail: reason,
      retryAfterSeconds: 1,
      extensions: { checks },
    });
  }

  async describeDependencies(): Promise<DependenciesResponse> {
    await this.databaseAnswers();
    return {
      dependencies: this.dependencies.list().map((dependency) => {
        const { state, breaker, since } = dependency.condition();
        const { name, failureMode } = dependency;
        return { name, state, breaker, since: since.toISOString(), failureMode };
      }),
      certificates: this.certificates.list(),
    };
  }

  /** Those who ask at once share one question: a database in trouble must not be asked by every prober. */
  private async databaseAnswers(): Promise<boolean> {
    this.ping ??= this.database
      .query(PING)
      .then(
        () => true,
        () => false,
      )
      .finally(() => (this.ping = undefined));
    const answers = await Promise.race([this.ping, sleep(MAX_ANSWER_MS, false, { ref: false })]);
    this.postgresql.see(answers ? 'up' : 'down');
    return answers;
  }
}

function reasonAgainst({ process, postgresql, changeFeed }: ReadinessChecks): string | undefined {
  if (process === 'draining') return 'The process is shutting down.';
  if (postgresql === 'down') return 'The database does not answer.';
  if (changeFeed === 'stale') return 'The change feed has not been read for too long.';
  return undefined;
}
