import { Injectable } from '@nestjs/common';
import type { AssuranceLevel } from '../../../common/access';
import { CredentialsService, type UserCredentials } from '../../users';
import type { StepUpBody } from '../dto/step-up.schemas';
import { SecondFactors, type SecondFactorProof } from '../mfa/second-factors.service';
import { withSecondFactor } from '../mfa/with-second-factor';

/** A factor that was right when it was looked at, and what it proves. */
export type StepUpProof = {
  readonly amr: readonly string[];
  readonly acr: AssuranceLevel;
} & (SecondFactorProof | { readonly method: 'password' });

/** The factors that a live session can prove once more. */
@Injectable()
export class StepUpProofs {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly factors: SecondFactors,
  ) {}

  /** Looks, and spends nothing; null where it is wrong. */
  async match(user: UserCredentials, body: StepUpBody): Promise<StepUpProof | null> {
    if (body.method === 'password') {
      const matches = await this.credentials.verify(user, body.password);
      return matches ? { method: 'password', amr: ['pwd'], acr: 'aal1' } : null;
    }
    const proof = await this.factors.match(user.id, body.method, body.code);
    // The session began with another kind of factor.
    return proof && { ...proof, amr: withSecondFactor([]), acr: 'aal2' };
  }

  /** In the transaction of the step-up; false when the code was spent meanwhile. */
  async spend(user: UserCredentials, proof: StepUpProof): Promise<boolean> {
    return proof.method === 'password' || this.factors.spend(user.id, proof);
  }
}
