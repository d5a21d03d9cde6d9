import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { CredentialsService, type UserCredentials } from '../../users';
import { SecondFactorPolicy } from '../mfa/second-factor-policy';
import { assuranceOf } from './assurance-of';
import {
  SignInChallengesRepository,
  type ChallengePurpose,
  type SignInChallenge,
} from './sign-in-challenges.repository';
import type { SignInResult } from './sign-in-result';
import type { VerifiedIdentity } from './verified-identity';

type Pending = Exclude<SignInResult, { kind: 'authenticated' }>;

const PURPOSES = {
  mfa_required: 'mfa',
  mfa_enrolment_required: 'mfa_enrolment',
  password_change_required: 'password_change',
} as const satisfies Record<Pending['kind'], ChallengePurpose>;

/** Who waits for what, as long as their account is what it was when they began. */
@Injectable()
export class SignInChallenges {
  constructor(
    private readonly challenges: SignInChallengesRepository,
    private readonly credentials: CredentialsService,
    private readonly secondFactors: SecondFactorPolicy,
  ) {}

  /** The next thing that is asked of `identity` before it gets a session; null where nothing is. */
  async issueNext(identity: VerifiedIdentity): Promise<Pending | null> {
    const kind = await this.nextOf(identity);
    if (kind === null) return null;
    const { user, methods, source, providerSignInId = null } = identity;
    const challenge = { userId: user.id, epoch: user.epoch, methods, source, providerSignInId };
    return { kind, challengeId: await this.challenges.insert(PURPOSES[kind], challenge) };
  }

  /** Looks, and leaves it unspent. @throws DomainError `AUTH.INVALID_CHALLENGE` */
  async open(
    purpose: ChallengePurpose,
    id: string,
  ): Promise<{ readonly challenge: SignInChallenge; readonly user: UserCredentials }> {
    const challenge = await this.challenges.find(purpose, id);
    const user = challenge && (await this.credentials.findById(challenge.userId));
    if (user === null || user.epoch !== challenge?.epoch || user.status !== 'active') {
      throw new DomainError('AUTH.INVALID_CHALLENGE');
    }
    return { challenge, user };
  }

  /** In the transaction of what it is for: of any number of racers one gets past. @throws DomainError `AUTH.INVALID_CHALLENGE` */
  async spend(purpose: ChallengePurpose, id: string): Promise<void> {
    if ((await this.challenges.spend(purpose, id)) === null) throw new DomainError('AUTH.INVALID_CHALLENGE');
  }

  private async nextOf({ user, methods, providerId }: VerifiedIdentity): Promise<Pending['kind'] | null> {
    // Who comes by way of a provider has shown no password of ours that could be replaced.
    if (providerId === null && user.mustChangePassword) return 'password_change_required';
    // A provider that is trusted to have asked for two kinds of factor is not asked for a third.
    if (assuranceOf(methods) === 'aal2') return null;
    if (user.mfaEnabled) return 'mfa_required';
    return (await this.secondFactors.isRequiredOf(user.id)) ? 'mfa_enrolment_required' : null;
  }
}
