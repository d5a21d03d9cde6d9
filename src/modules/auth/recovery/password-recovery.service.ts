import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher, type EventContext } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { Mailer, type MailTemplate } from '../../../infrastructure/mail';
import { PolicyService } from '../../rbac';
import { SessionsService } from '../../sessions';
import { CredentialsService, type UserCredentials } from '../../users';
import {
  PasswordResetDemandedEvent,
  PasswordResetEvent,
  PasswordResetRequestedEvent,
} from '../events/recovery.events';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';
import { AccountTokensRepository } from './account-tokens.repository';
import { PasswordByMailService } from './password-by-mail.service';
import {
  DAY_SECONDS,
  HOUR_SECONDS,
  passwordDemandedMail,
  passwordResetMail,
  signInElsewhereMail,
} from './recovery-mails';

/** The way back into an account whose password is lost, or must be. */
@Injectable()
export class PasswordRecoveryService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly tokens: AccountTokensRepository,
    private readonly passwords: PasswordByMailService,
    private readonly sessions: SessionsService,
    private readonly attempts: SignInAttemptsService,
    private readonly policy: PolicyService,
    private readonly mailer: Mailer,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /** Mails a token to the owner of the address, if it has one that may sign in. Nobody is told which. */
  async mailToken(email: string, origin: EventContext): Promise<void> {
    const user = await this.credentials.findByLoginName(email);
    if (user?.status !== 'active') return;
    await this.database.transaction(async () => {
      await this.events.publish(new PasswordResetRequestedEvent(user.id), origin);
      if (user.passwordHash !== null) return this.sendToken(user, passwordResetMail);
      await this.mailer.enqueue(signInElsewhereMail, user.email, { username: user.username }, DAY_SECONDS);
    });
  }

  /**
   * Every session ends and lockouts are lifted: who reads the mailbox is the owner. A second factor is none of a
   * mailbox's business, so nobody is signed in by this.
   *
   * @throws DomainError `AUTH.INVALID_MAIL_TOKEN`, `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK`
   */
  async reset(token: string, newPassword: string): Promise<void> {
    const choice = { purpose: 'password_reset', status: 'active', token, newPassword } as const;
    await this.passwords.choose(choice, async ({ id }) => {
      await this.sessions.endAll(id, null, 'password_reset');
      await this.attempts.clear(id);
      return new PasswordResetEvent(id);
    });
  }

  /**
   * Takes the password away, ends every session, and mails the owner a token to choose another.
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
      await this.sendToken({ ...user, epoch }, passwordDemandedMail);
    });
  }

  /** In the caller's transaction. */
  async sendToken(
    { id, username, email, epoch }: UserCredentials,
    mail: MailTemplate<{ username: string; token: string }>,
  ): Promise<void> {
    const purpose = 'password_reset';
    const token = await this.tokens.issue({ userId: id, purpose, epoch, email, lifeSeconds: HOUR_SECONDS });
    if (token !== null) await this.mailer.enqueue(mail, email, { username, token }, HOUR_SECONDS);
  }
}
