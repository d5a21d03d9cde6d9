import { Injectable } from '@nestjs/common';
import { SessionsService } from '../../sessions';
import { PasswordResetEvent } from '../events/recovery.events';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';
import { PasswordByMailService } from './password-by-mail.service';

/** The way back into an account whose password is lost. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly passwords: PasswordByMailService,
    private readonly sessions: SessionsService,
    private readonly attempts: SignInAttemptsService,
  ) {}

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
}
