import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import { canonicalName } from '../../common/validation';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { Database, isUniqueViolation } from '../../infrastructure/database';
import { EmailAddressesRepository } from './email-addresses.repository';
import { UserEmailChangedEvent, UserEmailVerifiedEvent } from './events/user.events';
import { UsersRepository } from './users.repository';

/** The address of an account once its owner has proved that it is theirs. The proofs are auth's. */
@Injectable()
export class EmailAddressesService {
  constructor(
    private readonly addresses: EmailAddressesRepository,
    private readonly users: UsersRepository,
    private readonly database: Database,
    private readonly events: EventPublisher,
    private readonly feed: ChangeFeed,
  ) {}

  /** False when the account has another address or epoch by now, or it is verified already. */
  markVerified(userId: string, email: string, epoch: number): Promise<boolean> {
    return this.database.transaction(async () => {
      const isCurrent = await this.addresses.markVerified(userId, canonicalName(email), epoch);
      if (isCurrent) await this.events.publish(new UserEmailVerifiedEvent(userId));
      return isCurrent;
    });
  }

  /**
   * Sets a proved address and ends the epoch. Answers the new epoch; null when the account changed since `epoch`.
   *
   * @throws DomainError `USER.EMAIL_TAKEN`
   */
  change(userId: string, email: string, epoch: number): Promise<number | null> {
    return this.replace(userId, email, () =>
      this.addresses.change(userId, email, canonicalName(email), epoch),
    );
  }

  /**
   * Sets an address that the account had before, whatever became of the account since. Answers whether it exists.
   *
   * @throws DomainError `USER.EMAIL_TAKEN`
   */
  async restore(userId: string, email: string): Promise<boolean> {
    const restored = await this.replace(userId, email, async () =>
      (await this.addresses.restore(userId, email, canonicalName(email))) ? true : null,
    );
    return restored !== null;
  }

  private replace<T>(userId: string, email: string, write: () => Promise<T | null>): Promise<T | null> {
    return this.database.transaction(async () => {
      const before = await this.users.findCredentials(userId);
      const result = await unlessTaken(write);
      if (before === null || result === null) return null;
      await this.feed.append('user.epoch', [userId]);
      const personal = { email: { before: before.email, after: email } };
      await this.events.publish(new UserEmailChangedEvent(userId, personal));
      return result;
    });
  }
}

async function unlessTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isUniqueViolation(error, 'uq_users_email'))
      throw new DomainError('USER.EMAIL_TAKEN', { cause: error });
    throw error;
  }
}
