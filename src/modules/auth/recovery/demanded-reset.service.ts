import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Mailer } from '../../../infrastructure/mail';
import { PolicyService } from '../../rbac';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import { PasswordResetDemandedEvent } from '../events/recovery.events';
import { passwordDemandedMail } from './recovery-mails';
import { ResetTokens } from './reset-tokens';

/** Takes a password away of which an administrator fears that somebody else knows it. */
@Injectable()
export class DemandedResetService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly resetTokens: ResetTokens,
    private readonly sessions: SessionsService,
    private readonly policy: PolicyService,
    private readonly mailer: Mailer,
    private readonly events: EventPublisher,
  ) {}

  /**
   * The old password is dead at once, every session ends, and the owner is mailed a token to choose another.
   *
   * @throws DomainError `MAIL.NOT_CONFIGURED`, `USER.NOT_FOUND`, `USER.INVALID_TRANSITION`, `RBAC.TARGET_MORE_PRIVILEGED`
   */
  async demand(actor: Principal, userId: string): Promise<void> {
    this.mailer.requireConfigured();
    const unknown = await this.credentials.hashUnknownPassword();
    await this.policy.actOn(actor, userId, async () => {
      const user = await this.credentials.findById(userId);
      if (user === null) throw new DomainError('USER.NOT_FOUND');
      if (user.status !== 'active' || user.passwordHash === null) {
        throw new DomainError('USER.INVALID_TRANSITION', {
          detail: 'Only an active account with a password of its own has one to reset.',
        });
      }
      const epoch = await this.credentials.changePassword(user, unknown);
      await this.sessions.endAll(userId, null, 'password_reset_demanded');
      await this.events.publish(new PasswordResetDemandedEvent(userId));
      await this.resetTokens.send({ ...user, epoch }, passwordDemandedMail);
    });
  }
}
