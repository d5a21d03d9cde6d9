import { Injectable } from '@nestjs/common';
import { EventPublisher, type EventContext } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { Mailer } from '../../../infrastructure/mail';
import { CredentialsService } from '../../users';
import { PasswordResetRequestedEvent } from '../events/recovery.events';
import { DAY_SECONDS, passwordResetMail, signInElsewhereMail } from './recovery-mails';
import { ResetTokens } from './reset-tokens';

/** Who forgot a password gets a mail, if the account is one that may sign in. */
@Injectable()
export class ForgottenPasswordsService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly resetTokens: ResetTokens,
    private readonly mailer: Mailer,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /** To the address as the account has it, never as it was typed: two spellings may be two mailboxes. */
  async mailToken(email: string, origin: EventContext): Promise<void> {
    const user = await this.credentials.findByLoginName(email);
    if (user?.status !== 'active') return;
    await this.database.transaction(async () => {
      await this.events.publish(new PasswordResetRequestedEvent(user.id), origin);
      if (user.passwordHash !== null) return this.resetTokens.send(user, passwordResetMail);
      const { id: userId, email, username } = user;
      await this.mailer.enqueue(signInElsewhereMail, { userId, email }, { username }, DAY_SECONDS);
    });
  }
}
