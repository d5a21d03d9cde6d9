import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DomainError } from '../../common/errors';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { Database } from '../../infrastructure/database';
import { HttpAdapter } from '../../infrastructure/http';
import type { ReadyResponse } from './dto/health.response';

const MAX_ANSWER_MS = 1_000;
const PING = { name: 'health-ping', text: 'SELECT 1' };

@Injectable()
export class HealthService {
  private ping: Promise<boolean> | undefined;

  constructor(
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly host: HttpAdapterHost<HttpAdapter>,
  ) {}

  /** @throws DomainError `SERVICE.UNAVAILABLE` when requests should go elsewhere; `detail` says why. */
  async requireReady(): Promise<ReadyResponse> {
    if (this.host.httpAdapter.isDraining) throw notReady('The process is shutting down.');
    if (!(await this.databaseAnswers())) throw notReady('The database does not answer.');
    if (!this.feed.isFresh()) throw notReady('The change feed has not been read for too long.');
    return { status: 'ready' };
  }

  /** Those who ask at once share one question: a database in trouble must not be asked by every prober. */
  private databaseAnswers(): Promise<boolean> {
    this.ping ??= this.database
      .query(PING)
      .then(
        () => true,
        () => false,
      )
      .finally(() => (this.ping = undefined));
    return Promise.race([this.ping, sleep(MAX_ANSWER_MS, false, { ref: false })]);
  }
}

function notReady(detail: string): DomainError {
  return new DomainError('SERVICE.UNAVAILABLE', { detail, retryAfterSeconds: 1 });
}
