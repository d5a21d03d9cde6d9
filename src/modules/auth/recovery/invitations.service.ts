import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Mailer } from '../../../infrastructure/mail';
import { PolicyService } from '../../rbac';
import { CredentialsService } from '../../users';
import { InvitationAcceptedEvent, UserInvitedEvent } from '../events/recovery.events';
import { AccountTokensRepository } from './account-tokens.repository';
import { PasswordByMailService } from './password-by-mail.service';
import { DAY_SECONDS, invitationMail } from './recovery-mails';

const LIFE_SECONDS = 3 * DAY_SECONDS;

/** The first password of an account that was made without one. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly tokens: AccountTokensRepository,
    private readonly passwords: PasswordByMailService,
    private readonly policy: PolicyService,
    private readonly mailer: Mailer,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Mails an invitation; one from before is dead.
   *
   * @throws DomainError `MAIL.NOT_CONFIGURED`, `USER.NOT_FOUND`, `USER.INVALID_TRANSITION`, `RBAC.TARGET_MORE_PRIVILEGED`
   */
  async invite(actor: Principal, userId: string): Promise<void> {
    this.mailer.requireConfigured();
    await this.policy.actOn(actor, userId, async () => {
      const user = await this.credentials.findById(userId);
      if (user === null) throw new DomainError('USER.NOT_FOUND');
      if (user.status !== 'invited') {
        throw new DomainError('USER.INVALID_TRANSITION', { detail: 'The account has a password already.' });
      }
      const { username, email, epoch } = user;
      const purpose = 'invitation';
      const token = await this.tokens.issue({ userId, purpose, epoch, email, lifeSeconds: LIFE_SECONDS });
      await this.events.publish(new UserInvitedEvent(userId));
      if (token !== null)
        await this.mailer.enqueue(invitationMail, { userId, email }, { username, token }, LIFE_SECONDS);
    });
  }

  /** @throws DomainError `AUTH.INVALID_MAIL_TOKEN`, `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK` */
  async accept(token: string, newPassword: string): Promise<void> {
    const choice = { purpose: 'invitation', status: 'invited', token, newPassword } as const;
    await this.passwords.choose(choice, ({ id }) => Promise.resolve(new InvitationAcceptedEvent(id)));
  }
}
