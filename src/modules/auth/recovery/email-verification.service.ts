import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { Database } from '../../../infrastructure/database';
import { Mailer } from '../../../infrastructure/mail';
import { CredentialsService, EmailAddressesService, UsersService, type UserCredentials } from '../../users';
import { AccountTokensRepository } from './account-tokens.repository';
import { invalidToken } from './password-by-mail.service';
import { DAY_SECONDS, emailVerificationMail } from './recovery-mails';

const RESEND_AFTER_SECONDS = 60;

/** Whether the owner of an account reads the address that it has. */
@Injectable()
export class EmailVerificationService {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly credentials: CredentialsService,
    private readonly users: UsersService,
    private readonly addresses: EmailAddressesService,
    private readonly mailer: Mailer,
    private readonly database: Database,
  ) {}

  /** @throws DomainError `AUTH.INVALID_MAIL_TOKEN` */
  async verify(token: string): Promise<void> {
    await this.database.transaction(async () => {
      const spent = await this.tokens.spend('email_verification', token);
      if (spent === null) throw invalidToken();
      const { userId, email, epoch } = spent;
      if (!(await this.addresses.markVerified(userId, email, epoch))) throw invalidToken();
    });
  }

  /** @throws DomainError `MAIL.NOT_CONFIGURED`, `USER.NOT_FOUND`, `USER.INVALID_TRANSITION`, `AUTH.RATE_LIMITED` */
  async resend({ subject }: Principal): Promise<void> {
    this.mailer.requireConfigured();
    const { emailVerified } = await this.users.getById(subject);
    const user = await this.credentials.findById(subject);
    if (emailVerified || user === null) {
      throw new DomainError('USER.INVALID_TRANSITION', { detail: 'The address is verified already.' });
    }
    const isSent = await this.database.transaction(() => this.send(user, RESEND_AFTER_SECONDS));
    if (!isSent) throw new DomainError('AUTH.RATE_LIMITED', { retryAfterSeconds: RESEND_AFTER_SECONDS });
  }

  /** In the caller's transaction. False when one was sent less than `sinceSeconds` ago. */
  async send({ id: userId, username, email, epoch }: UserCredentials, sinceSeconds = 0): Promise<boolean> {
    const token = await this.tokens.issue({
      userId,
      purpose: 'email_verification',
      epoch,
      email,
      lifeSeconds: DAY_SECONDS,
      keepsPlaceSeconds: sinceSeconds,
    });
    if (token === null) return false;
    await this.mailer.enqueue(emailVerificationMail, { userId, email }, { username, token }, DAY_SECONDS);
    return true;
  }
}
