import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher, type DomainEvent } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { SessionsService, type SessionState } from '../../sessions';
import { CredentialsService } from '../../users';

const REASON = 'factors_changed';

/** What a change of somebody's factors does to all that was issued to them before. */
@Injectable()
export class FactorChange {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /** In the caller's transaction: ends everything. Answers the new epoch. @throws DomainError `USER.INVALID_TRANSITION` */
  async endAll(userId: string, mfaEnabled: boolean, epoch: number | null): Promise<number> {
    const next = await this.credentials.changeSecondFactor(userId, mfaEnabled, epoch);
    await this.sessions.endAll(userId, null, REASON);
    return next;
  }

  /**
   * In the caller's transaction: ends everything but the session that asks, which goes on at the new epoch.
   *
   * @throws DomainError `USER.INVALID_TRANSITION`, `SESSION.NOT_FOUND`
   */
  async endOthers(
    { subject, sessionId }: Principal,
    mfaEnabled: boolean,
    epoch: number,
  ): Promise<SessionState> {
    const next = await this.credentials.changeSecondFactor(subject, mfaEnabled, epoch);
    await this.sessions.endAll(subject, sessionId, REASON);
    return this.sessions.carryOver(sessionId, next);
  }

  /**
   * Runs `work`, by which somebody changes a factor that they have.
   *
   * @throws DomainError `MFA.NOT_ENROLLED`, and as {@link endOthers}
   */
  async byOwner<T>(
    principal: Principal,
    mfaEnabled: boolean,
    event: DomainEvent,
    work: () => Promise<T>,
  ): Promise<{ session: SessionState; result: T }> {
    const user = await this.credentials.findById(principal.subject);
    if (user?.mfaEnabled !== true) throw new DomainError('MFA.NOT_ENROLLED');
    return this.database.transaction(async () => {
      const result = await work();
      const session = await this.endOthers(principal, mfaEnabled, user.epoch);
      await this.events.publish(event);
      return { session, result };
    });
  }
}
