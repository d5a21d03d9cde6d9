import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { Mailer } from '../../../infrastructure/mail';
import { CredentialsService } from '../../users';
import { EmailChangeRequestedEvent } from '../events/recovery.events';
import { AccountTokensRepository } from './account-tokens.repository';
import { DAY_SECONDS, emailChangeMail, emailChangeRequestedMail, HOUR_SECONDS } from './recovery-mails';

/** Somebody wants to move their account to another address. */
@Injectable()
export class EmailChangeRequestsService {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly credentials: CredentialsService,
    private readonly mailer: Mailer,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Mails a token to the new address and a notice to the old one. Says nothing of whether the new one is taken: only
   * who reads it will know.
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
      await this.mailer.enqueue(
        emailChangeMail,
        { userId, email: newEmail },
        { username, token },
        lifeSeconds,
      );
      await this.mailer.enqueue(
        emailChangeRequestedMail,
        { userId, email: user.email },
        { username },
        DAY_SECONDS,
      );
    });
  }
}
