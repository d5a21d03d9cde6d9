import { Injectable } from '@nestjs/common';
import { AssurancePolicy, SENSITIVE, type Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { CredentialsService, type UserCredentials } from '../../users';
import { SignInChallenges } from '../sign-in/sign-in-challenges';

/** Whose factor is to be enrolled, and what goes on afterwards: a session, or the sign-in that waited for it. */
export type EnrollingAccount = { readonly user: UserCredentials } & (
  | { readonly principal: Principal; readonly challengeId?: never }
  | {
      readonly challengeId: string;
      /** What the sign-in proved so far. */
      readonly methods: readonly string[];
      readonly providerSignInId: string | null;
      readonly principal?: never;
    }
);

/** Who may enrol a factor. */
@Injectable()
export class EnrollingAccounts {
  constructor(
    private readonly challenges: SignInChallenges,
    private readonly credentials: CredentialsService,
    private readonly assurance: AssurancePolicy,
  ) {}

  /**
   * By a challenge where there is one, for that was meant. By a session only right after the strongest factor that
   * its subject has was proved: whoever has a factor needs it to enrol another, and a stolen token enrols none.
   *
   * @throws DomainError `AUTH.INVALID_CHALLENGE`, `AUTH.TOKEN_MISSING`, `USER.NOT_FOUND`,
   * `AUTH.INSUFFICIENT_USER_AUTHENTICATION`
   */
  async resolve(
    principal: Principal | undefined,
    challengeId: string | undefined,
  ): Promise<EnrollingAccount> {
    if (challengeId !== undefined) {
      const { challenge, user } = await this.challenges.open('mfa_enrolment', challengeId);
      const { methods, providerSignInId } = challenge;
      return { user, challengeId, methods, providerSignInId };
    }
    if (principal === undefined) throw new DomainError('AUTH.TOKEN_MISSING');
    const user = await this.credentials.findById(principal.subject);
    if (user === null) throw new DomainError('USER.NOT_FOUND');
    // Not what a role requires: that is what is being enrolled.
    await this.assurance.require(principal, { ...SENSITIVE, acr: user.mfaEnabled ? 'aal2' : 'aal1' });
    return { user, principal };
  }
}
