import { Injectable } from '@nestjs/common';
import {
  AssurancePolicy,
  insufficientAuthentication,
  type Principal,
  type RequiredAssurance,
} from '../../../common/access';
import { Clock } from '../../../infrastructure/clock';
import { SecondFactorPolicy } from '../mfa/second-factor-policy';

/** Whoever authenticated too long ago, or too weakly, is told to do so again (RFC 9470). */
@Injectable()
export class StepUpAssurance extends AssurancePolicy {
  constructor(
    private readonly secondFactors: SecondFactorPolicy,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async require(principal: Principal, { acr, maxAge }: RequiredAssurance): Promise<void> {
    const level = acr === 'strongest' ? await this.secondFactors.levelOf(principal.subject) : acr;
    const isStrong = level === 'aal1' || principal.acr === 'aal2';
    const isRecent = maxAge === undefined || this.clock.nowSeconds() - principal.authTime <= maxAge;
    if (!isStrong || !isRecent) throw insufficientAuthentication(level, maxAge);
  }
}
