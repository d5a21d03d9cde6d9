import { Injectable } from '@nestjs/common';
import { OnDomainEvent, type DomainEvent } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { Counter, Metrics } from '../../../infrastructure/metrics';
import { SessionRefusedEvent, SessionStartedEvent } from '../../sessions/events/session.events';
import { SignInFailedEvent } from '../events/sign-in.events';

interface Attempt {
  readonly method: string;
  readonly outcome: string;
}

const KNOWN = ['success', 'wrong_password', 'unknown_user', 'locked_out'].map((outcome) => ({
  method: 'pwd',
  outcome,
}));

/** Counts sign-ins once they have happened. Why one failed tells guessing at an account from trying many names. */
@Injectable()
export class SignInMetrics {
  private readonly attempts = new Counter(KNOWN);

  constructor(
    metrics: Metrics,
    private readonly database: Database,
  ) {
    metrics.add({
      name: 'portcullis_sign_ins_total',
      help: 'Sign-ins by method and outcome: success, or the reason of the refusal',
      type: 'counter',
      aggregator: 'sum',
      read: this.attempts.read,
    });
  }

  @OnDomainEvent()
  async count(event: DomainEvent): Promise<void> {
    const attempt = attemptOf(event);
    if (attempt === null) return;
    await this.database.afterCommit(() => {
      this.attempts.increment({ method: attempt.method, outcome: attempt.outcome });
      return Promise.resolve();
    });
  }
}

function attemptOf(event: DomainEvent): Attempt | null {
  if (event instanceof SessionStartedEvent) return { method: event.method, outcome: 'success' };
  if (event instanceof SessionRefusedEvent) return { method: event.method, outcome: event.reason };
  return event instanceof SignInFailedEvent ? { method: event.method, outcome: event.reason } : null;
}
