import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import type { SessionState } from '../../sessions';
import type { TotpStatusResponse } from '../dto/mfa.schemas';
import { RecoveryCodesReplacedEvent, TotpDisabledEvent } from '../events/mfa.events';
import { FactorChange } from './factor-change';
import { RecoveryCodes } from './recovery-codes.service';
import { SecondFactorPolicy } from './second-factor-policy';
import { TotpFactors } from './totp-factors.service';

/** What people do to the second factor that they have. */
@Injectable()
export class OwnFactorsService {
  constructor(
    private readonly totp: TotpFactors,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly policy: SecondFactorPolicy,
    private readonly change: FactorChange,
  ) {}

  async describe({ subject }: Principal): Promise<TotpStatusResponse> {
    const confirmedAt = await this.totp.confirmedAt(subject);
    return {
      enabled: confirmedAt !== null,
      required: await this.policy.isRequiredOf(subject),
      confirmedAt: confirmedAt?.toISOString() ?? null,
      recoveryCodesLeft: await this.recoveryCodes.count(subject),
    };
  }

  /** @throws DomainError `MFA.NOT_ENROLLED`, `MFA.REQUIRED_BY_ROLE`, `USER.INVALID_TRANSITION` */
  async disable(principal: Principal): Promise<void> {
    if (await this.policy.isRequiredOf(principal.subject)) throw new DomainError('MFA.REQUIRED_BY_ROLE');
    await this.change.byOwner(principal, false, new TotpDisabledEvent(principal.subject), async () => {
      await this.totp.delete(principal.subject);
      await this.recoveryCodes.delete(principal.subject);
    });
  }

  /** Kills the codes before. @throws DomainError `MFA.NOT_ENROLLED`, `USER.INVALID_TRANSITION` */
  async replaceRecoveryCodes(
    principal: Principal,
  ): Promise<{ readonly session: SessionState; readonly recoveryCodes: readonly string[] }> {
    const event = new RecoveryCodesReplacedEvent(principal.subject);
    const { session, result } = await this.change.byOwner(principal, true, event, () =>
      this.recoveryCodes.replace(principal.subject),
    );
    return { session, recoveryCodes: result };
  }
}
