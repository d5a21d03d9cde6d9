import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { Mailer } from '../../../infrastructure/mail';
import { SessionsService } from '../../sessions';
import { CredentialsService, EmailAddressesService } from '../../users';
import { EmailChangeRequestedEvent } from '../events/recovery.events';
import { AccountTokensRepository } from './account-tokens.repository';
import { invalidToken } from './password-by-mail.service';
import { PasswordRecoveryService } from './password-recovery.service';
import {
  DAY_SECONDS,
  emailChangedMail,
  emailChangeMail,
  emailChangeRequestedMail,
  HOUR_SECONDS,
  passwordResetMail,
} from './recovery-mails';

const UNDO_SECONDS = 3 * DAY_SECONDS;

/** Moves an account to another address: proved at the new one, told to the old one, which can take it back. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly credentials: CredentialsService,
    private readonly addresses: EmailAddressesService,
    private readonly sessions: SessionsService,
    private readonly recovery: PasswordRecoveryService,
    private readonly mailer: Mailer,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Says nothing of whether the address is taken: only who reads it will know.
   *
   * @throws DomainError `MAIL.NOT_CONFIGURED`, `USER.NOT_FOUND`
   */
  async request({ subject: userId }: Principal, newEmail: string): Promise<void> {
    this.mailer.requireConfigured();
    const user = await this.credentials.findById(userId);
    if (user === null) throw new DomainError('USER.NOT_FOUND');
    const { username, epoch } = user;
    await this.database.transaction(async () => {
      const purpose = 'email_change';
      const lifeSeconds = HOUR_SECONDS;
      const token = await this.tokens.issue({ userId, purpose, epoch, email: newEmail, lifeSeconds });
      if (token === null) return;
      await this.events.publish(new EmailChangeRequestedEvent(userId));
      await this.mailer.enqueue(emailChangeMail, newEmail, { username, token }, lifeSeconds);
      await this.mailer.enqueue(emailChangeRequestedMail, user.email, { username }, DAY_SECONDS);
    });
  }

  /**
   * Every other session ends; the one that asks survives, and its refresh token brings a token of the new epoch.
   *
   * @throws DomainError `AUTH.INVALID_MAIL_TOKEN`, `USER.EMAIL_TAKEN`, which leaves the token unspent
   */
  async confirm({ subject: userId, sessionId }: Principal, token: string): Promise<void> {
    await this.database.transaction(async () => {
      const spent = await this.tokens.spend('email_change', token);
      const user = await this.credentials.findById(userId);
      if (spent?.userId !== userId || user === null) throw invalidToken();
      const epoch = await this.addresses.change(userId, spent.email, spent.epoch);
      if (epoch === null) throw invalidToken();
      await this.sessions.endAll(userId, sessionId, 'email_changed');
      await this.sessions.carryOver(sessionId, epoch);
      await this.offerUndo(userId, user.username, user.email);
    });
  }

  /**
   * Brings the former address back, whatever was changed since: whoever took the account over had the password
   * changed as well. So every session ends, and the owner is to choose another one.
   *
   * @throws DomainError `AUTH.INVALID_MAIL_TOKEN`, `USER.EMAIL_TAKEN`
   */
  async undo(token: string): Promise<void> {
    await this.database.transaction(async () => {
      const spent = await this.tokens.spend('email_undo', token);
      if (spent === null || !(await this.addresses.restore(spent.userId, spent.email))) throw invalidToken();
      await this.sessions.endAll(spent.userId, null, 'email_restored');
      const user = await this.credentials.findById(spent.userId);
      if (user?.status === 'active' && user.passwordHash !== null) {
        await this.recovery.sendToken(user, passwordResetMail);
      }
    });
  }

  /** To the address that the account had first: a thief who moves it twice must not take the way back away. */
  private async offerUndo(userId: string, username: string, email: string): Promise<void> {
    const token = await this.tokens.issue({
      userId,
      purpose: 'email_undo',
      epoch: 0,
      email,
      lifeSeconds: UNDO_SECONDS,
      keepsPlaceSeconds: UNDO_SECONDS,
    });
    if (token !== null) await this.mailer.enqueue(emailChangedMail, email, { username, token }, UNDO_SECONDS);
  }
}
