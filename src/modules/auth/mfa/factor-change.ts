import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { SessionsService, type SessionState } from '../../sessions';
import { CredentialsService } from '../../users';

const REASON = 'factors_changed';

/** What a change of somebody's factors does to all that was issued to them before. In the caller's transaction. */
@Injectable()
export class FactorChange {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
  ) {}

  /** Ends everything. Answers the new epoch. @throws DomainError `USER.INVALID_TRANSITION` */
  async endAll(userId: string, mfaEnabled: boolean, epoch: number | null): Promise<number> {
    const next = await this.credentials.changeSecondFactor(userId, mfaEnabled, epoch);
    await this.sessions.endAll(userId, null, REASON);
    return next;
  }

  /**
   * Ends everything but the session that asks, which goes on at the new epoch.
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
}
