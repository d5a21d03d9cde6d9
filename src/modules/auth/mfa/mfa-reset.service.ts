import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { EventPublisher } from '../../../common/events';
import { PolicyService } from '../../rbac';
import { UsersService } from '../../users';
import { SecondFactorsResetEvent } from '../events/mfa.events';
import { FactorChange } from './factor-change';
import { RecoveryCodes } from './recovery-codes.service';
import { TotpFactors } from './totp-factors.service';

/** For people who lost phone and paper: an administrator who knows them takes the factor away. */
@Injectable()
export class MfaResetService {
  constructor(
    private readonly policy: PolicyService,
    private readonly users: UsersService,
    private readonly totp: TotpFactors,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly change: FactorChange,
    private readonly events: EventPublisher,
  ) {}

  /** All of the user's sessions end. @throws DomainError `USER.NOT_FOUND`, `RBAC.TARGET_MORE_PRIVILEGED` */
  async reset(actor: Principal, userId: string): Promise<void> {
    await this.policy.actOn(actor, userId, async () => {
      await this.users.getById(userId);
      await this.totp.delete(userId);
      await this.recoveryCodes.delete(userId);
      await this.change.endAll(userId, false, null);
      await this.events.publish(new SecondFactorsResetEvent(userId));
    });
  }
}
