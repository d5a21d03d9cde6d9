import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import { SessionsService } from '../../sessions';
import { CredentialsService, EmailAddressesService } from '../../users';
import { AccountTokensRepository } from './account-tokens.repository';
import { invalidToken } from './password-by-mail.service';
import { addressRestoredMail } from './recovery-mails';
import { ResetTokens } from './reset-tokens';

/** Takes an account back to the address that it had. */
@Injectable()
export class EmailUndoService {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly credentials: CredentialsService,
    private readonly addresses: EmailAddressesService,
    private readonly sessions: SessionsService,
    private readonly resetTokens: ResetTokens,
    private readonly database: Database,
  ) {}

  /**
   * Whatever was changed since: whoever took the account over knows the password. So it is taken away, every session
   * ends, and the owner is to choose another one.
   *
   * @throws DomainError `AUTH.INVALID_MAIL_TOKEN`, `USER.EMAIL_TAKEN`, `SERVICE.OVERLOADED`
   */
  async undo(token: string): Promise<void> {
    // Looked at first: made-up tokens must not cost a hash.
    if ((await this.tokens.find('email_undo', token)) === null) throw invalidToken();
    const unknown = await this.credentials.hashUnknownPassword();
    await this.database.transaction(async () => {
      const spent = await this.tokens.spend('email_undo', token);
      if (spent === null || !(await this.addresses.restore(spent.userId, spent.email))) throw invalidToken();
      await this.sessions.endAll(spent.userId, null, 'email_restored');
      const user = await this.credentials.findById(spent.userId);
      if (user?.status === 'active' && user.passwordHash !== null) {
        const epoch = await this.credentials.changePassword(user, unknown);
        await this.resetTokens.send({ ...user, epoch }, addressRestoredMail);
      }
    });
  }
}
