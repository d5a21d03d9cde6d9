import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher, type DomainEvent } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import type { SessionState } from '../../sessions';
import { CredentialsService } from '../../users';
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
    private readonly credentials: CredentialsService,
    private readonly totp: TotpFactors,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly policy: SecondFactorPolicy,
    private readonly change: FactorChange,
    private readonly database: Database,
    private readonly events: EventPublisher,
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
    await this.changing(principal, false, new TotpDisabledEvent(principal.subject), async () => {
      await this.totp.delete(principal.subject);
      await this.recoveryCodes.delete(principal.subject);
    });
  }

  /** Kills the codes before. @throws DomainError `MFA.NOT_ENROLLED`, `USER.INVALID_TRANSITION` */
  async replaceRecoveryCodes(
    principal: Principal,
  ): Promise<{ readonly session: SessionState; readonly recoveryCodes: readonly string[] }> {
    const event = new RecoveryCodesReplacedEvent(principal.subject);
    const { session, result } = await this.changing(principal, true, event, () =>
      this.recoveryCodes.replace(principal.subject),
    );
    return { session, recoveryCodes: result };
  }

  private async changing<T>(
    principal: Principal,
    mfaEnabled: boolean,
    event: DomainEvent,
    work: () => Promise<T>,
  ): Promise<{ session: SessionState; result: T }> {
    const user = await this.credentials.findById(principal.subject);
    if (user?.mfaEnabled !== true) throw new DomainError('MFA.NOT_ENROLLED');
    return this.database.transaction(async () => {
      const result = await work();
      const session = await this.change.endOthers(principal, mfaEnabled, user.epoch);
      await this.events.publish(event);
      return { session, result };
    });
  }
}
