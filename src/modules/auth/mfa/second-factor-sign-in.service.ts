import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';
import { SignInChallenges } from '../sign-in/sign-in-challenges';
import { SignInCompletion } from '../sign-in/sign-in-completion';
import { SignInRefusals } from '../sign-in/sign-in-refusals';
import type { SignInOrigin, SignInResult } from '../sign-in/sign-in-result';
import { SecondFactors, type SecondFactorMethod } from './second-factors.service';
import { withSecondFactor } from './with-second-factor';

/** The second half of a sign-in. */
@Injectable()
export class SecondFactorSignInService {
  constructor(
    private readonly challenges: SignInChallenges,
    private readonly attempts: SignInAttemptsService,
    private readonly factors: SecondFactors,
    private readonly completion: SignInCompletion,
    private readonly refusals: SignInRefusals,
    private readonly database: Database,
  ) {}

  /**
   * Answers an `mfa_required` challenge. A code is counted as wrong before it is looked at, on the counter that
   * passwords use too: a new challenge is no new chance. Only a session spends the challenge and the code.
   *
   * @throws DomainError `AUTH.INVALID_CHALLENGE`; `AUTH.INVALID_CODE`, whatever the reason; `SESSION.LIMIT_REACHED`
   */
  async signIn(
    { challengeId, method, code }: { challengeId: string; method: SecondFactorMethod; code: string },
    origin: SignInOrigin,
  ): Promise<SignInResult> {
    const { challenge, user } = await this.challenges.open('mfa', challengeId);
    const { reservation, outcome: proof } = await this.attempts.attempt(
      { user, typedName: user.username, source: challenge.source },
      () => this.factors.match(user.id, method, code),
    );
    const refuse = (reason: string): Promise<never> =>
      this.refusals.refuse('AUTH.INVALID_CODE', { reason, user, typedName: user.username, reservation });
    if (reservation === null) return refuse('locked_out');
    if (proof === null) return refuse('wrong_code');
    const { source, providerSignInId } = challenge;
    const methods = withSecondFactor(challenge.methods);
    const account = {
      userId: user.id,
      epoch: user.epoch,
      methods,
      source,
      providerSignInId: providerSignInId ?? undefined,
    };
    const grant = await this.database.transaction(async () => {
      if (!(await this.factors.spend(user.id, proof))) return 'code_spent';
      await this.challenges.spend('mfa', challengeId);
      return this.completion.complete(account, origin);
    });
    return typeof grant === 'string' ? refuse(grant) : { kind: 'authenticated', grant };
  }
}
