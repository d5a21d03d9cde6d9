import { Injectable } from '@nestjs/common';
import { SessionsService, type SessionState } from '../../sessions';
import { SignInChallenges } from '../sign-in/sign-in-challenges';
import { SignInCompletion } from '../sign-in/sign-in-completion';
import { SignInObstructed } from '../sign-in/sign-in-obstructed';
import type { SignInOrigin } from '../sign-in/sign-in-result';
import type { EnrollingAccount } from './enrolling-accounts';
import { FactorChange } from './factor-change';
import { withSecondFactor } from './with-second-factor';

export interface ConcludedEnrolment {
  readonly session: SessionState;
  /** Where this completed a sign-in. */
  readonly refreshToken?: string;
  readonly deviceToken?: string;
}

/** What goes on once a factor was enrolled. Its code was proved, so it counts as one. */
@Injectable()
export class EnrolmentConclusion {
  constructor(
    private readonly challenges: SignInChallenges,
    private readonly change: FactorChange,
    private readonly completion: SignInCompletion,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * In the transaction that enrols.
   *
   * @throws DomainError `AUTH.INVALID_CHALLENGE`, `SESSION.NOT_FOUND`, `SESSION.LIMIT_REACHED`
   * @throws SignInObstructed, so that nothing is enrolled
   */
  async conclude(account: EnrollingAccount, origin: SignInOrigin): Promise<ConcludedEnrolment> {
    const { user, principal, challengeId } = account;
    if (challengeId === undefined) {
      await this.change.endOthers(principal, true, user.epoch);
      const methods = withSecondFactor([]);
      return { session: await this.sessions.strengthen(principal.sessionId, user.id, methods, 'aal2') };
    }
    await this.challenges.spend('mfa_enrolment', challengeId);
    const epoch = await this.change.endAll(user.id, true, user.epoch);
    const methods = withSecondFactor(account.methods);
    // Of the epoch that just ended no device is known any more.
    const providerSignInId = account.providerSignInId ?? undefined;
    const proved = { userId: user.id, epoch, methods, providerSignInId, source: 'unknown' } as const;
    const grant = await this.completion.complete(proved, origin);
    if (typeof grant === 'string') throw new SignInObstructed(grant);
    return grant;
  }
}
