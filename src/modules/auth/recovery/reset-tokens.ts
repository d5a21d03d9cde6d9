import { Injectable } from '@nestjs/common';
import { Mailer, type MailTemplate } from '../../../infrastructure/mail';
import type { UserCredentials } from '../../users';
import { AccountTokensRepository } from './account-tokens.repository';
import { HOUR_SECONDS } from './recovery-mails';

/** The tokens that choose a new password, whoever asked for one. */
@Injectable()
export class ResetTokens {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly mailer: Mailer,
  ) {}

  /** In the caller's transaction. */
  async send(
    { id: userId, username, email, epoch }: UserCredentials,
    mail: MailTemplate<{ username: string; token: string }>,
  ): Promise<void> {
    const purpose = 'password_reset';
    const token = await this.tokens.issue({ userId, purpose, epoch, email, lifeSeconds: HOUR_SECONDS });
    if (token !== null) await this.mailer.enqueue(mail, { userId, email }, { username, token }, HOUR_SECONDS);
  }
}
