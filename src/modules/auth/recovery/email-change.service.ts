import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { Database } from '../../../infrastructure/database';
import { Mailer } from '../../../infrastructure/mail';
import { SessionsService } from '../../sessions';
import { CredentialsService, EmailAddressesService } from '../../users';
import { AccountTokensRepository } from './account-tokens.repository';
import { invalidToken } from './password-by-mail.service';
import { DAY_SECONDS, emailChangedAgainMail, emailChangedMail } from './recovery-mails';

const UNDO_SECONDS = 3 * DAY_SECONDS;

/** Moves an account to the address at which its owner has read the token. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly credentials: CredentialsService,
    private readonly addresses: EmailAddressesService,
    private readonly sessions: SessionsService,
    private readonly mailer: Mailer,
    private readonly database: Database,
  ) {}

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
   * To the address that the account had first: a thief who moves it twice must not take the way back away. One that it
   * had only in between, which may be the owner's, is told at least.
   */
  private async offerUndo(userId: string, username: string, email: string): Promise<void> {
    const token = await this.tokens.issue({
      userId,
      purpose: 'email_undo',
      epoch: 0,
      email,
      lifeSeconds: UNDO_SECONDS,
      keepsPlaceSeconds: UNDO_SECONDS,
    });
    const owner = { userId, email };
    if (token === null) await this.mailer.enqueue(emailChangedAgainMail, owner, { username }, UNDO_SECONDS);
    else await this.mailer.enqueue(emailChangedMail, owner, { username, token }, UNDO_SECONDS);
  }
}
