import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import type { DomainEvent } from '../../../common/events';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { CredentialsService, EmailAddressesService, type UserCredentials } from '../../users';
import { AccountTokensRepository, type TokenPurpose } from './account-tokens.repository';

/** A password for whoever reads the mailbox of an account: what resets and invitations have in common. */
@Injectable()
export class PasswordByMailService {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly credentials: CredentialsService,
    private readonly addresses: EmailAddressesService,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Spends the token, sets the password, and runs `also` in the same transaction. A password that is refused does not
   * spend it. That the token was read proves the address.
   *
   * @throws DomainError `AUTH.INVALID_MAIL_TOKEN`, `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK`
   */
  async choose(
    choice: {
      readonly purpose: TokenPurpose;
      readonly status: UserCredentials['status'];
      readonly token: string;
      readonly newPassword: string;
    },
    also: (user: UserCredentials) => Promise<DomainEvent>,
  ): Promise<void> {
    const { purpose, status, token, newPassword } = choice;
    const found = await this.tokens.find(purpose, token);
    const user = found && (await this.credentials.findById(found.userId));
    if (user?.status !== status || user.epoch !== found?.epoch) throw invalidToken();
    const passwordHash = await this.credentials.hashNewPassword(user, newPassword);
    await this.database.transaction(async () => {
      const spent = await this.tokens.spend(purpose, token);
      if (spent === null) throw invalidToken();
      await this.addresses.markVerified(user.id, spent.email, spent.epoch);
      await this.credentials.changePassword(user, passwordHash);
      await this.events.publish(await also(user));
    });
  }
}

export function invalidToken(): DomainError {
  return new DomainError('AUTH.INVALID_MAIL_TOKEN', {
    detail: 'It was used, replaced by a newer one, has expired, or the account has changed since.',
  });
}
