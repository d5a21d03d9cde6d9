import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import { canonicalName } from '../../common/validation';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { PasswordHasher } from '../../infrastructure/crypto';
import { Database } from '../../infrastructure/database';
import { DigestCosts } from './digest-costs';
import { UserPasswordChangedEvent } from './events/user.events';
import { NewPasswords } from './new-passwords';
import { UsersRepository, type UserCredentials } from './users.repository';

/** What proves that somebody is the owner of an account. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly users: UsersRepository,
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly costs: DigestCosts,
    private readonly newPasswords: NewPasswords,
    private readonly events: EventPublisher,
    private readonly feed: ChangeFeed,
  ) {}

  /** By username or email address, in any spelling. */
  findByLoginName(name: string): Promise<UserCredentials | null> {
    return this.users.findByLoginName(canonicalName(name));
  }

  findById(id: string): Promise<UserCredentials | null> {
    return this.users.findCredentials(id);
  }

  /**
   * Equal work and time whether or not the account or its password exists, and wherever its digest came from.
   *
   * @throws DomainError `SERVICE.OVERLOADED`
   */
  async verify(user: UserCredentials | null, password: string): Promise<boolean> {
    return this.hasher.verify(user?.passwordHash ?? null, password, await this.costs.leastMs());
  }

  /** Replaces an old digest, or one of another system, now that the password is at hand. */
  async upgradeHash(user: UserCredentials, password: string): Promise<void> {
    if (user.passwordHash === null || !this.hasher.needsRehash(user.passwordHash)) return;
    try {
      await this.users.rehash(user.id, user.passwordHash, await this.hasher.hash(password));
    } catch (error) {
      // The sign-in has succeeded; the next one will bring the password again.
      if (!(error instanceof DomainError && error.code === 'SERVICE.OVERLOADED')) throw error;
    }
  }

  /** Whether a right password is too short for what is demanded now, as after `MFA_REQUIRED` was switched off. */
  mustReplace(password: string): boolean {
    return this.newPasswords.isOutgrown(password);
  }

  /** Whether the account is active and nothing has ended its epoch; holds until the transaction ends. */
  lockIfCurrent(userId: string, epoch: number): Promise<boolean> {
    return this.users.lockIfCurrent(userId, epoch);
  }

  /**
   * The digest for a new password. Slow, so never inside a transaction: it would hold a connection all the while.
   *
   * @throws DomainError `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK`, `SERVICE.OVERLOADED`
   */
  hashNewPassword(user: UserCredentials, newPassword: string): Promise<string> {
    return this.newPasswords.digestOf(newPassword, user, '/newPassword');
  }

  /** The digest of a password that nobody knows: takes the old one away, and leaves recovery as the only way in. */
  hashUnknownPassword(): Promise<string> {
    return this.newPasswords.digestOfUnknown();
  }

  /** @throws DomainError `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK` */
  requireAcceptable(user: UserCredentials, newPassword: string): void {
    this.newPasswords.requireAcceptable(newPassword, user, '/newPassword');
  }

  /**
   * Sets a password and ends the epoch: all that was issued before is dead. Answers the new epoch.
   *
   * @throws DomainError `USER.INVALID_TRANSITION` when the account changed meanwhile.
   */
  changePassword(user: UserCredentials, passwordHash: string): Promise<number> {
    return this.database.transaction(async () => {
      const epoch = await this.users.updatePassword(user.id, passwordHash, user.epoch);
      if (epoch === null) throw accountChanged();
      await this.feed.append('user.epoch', [user.id]);
      await this.events.publish(new UserPasswordChangedEvent(user.id));
      return epoch;
    });
  }

  /**
   * Says whether the user has a second factor now, and ends the epoch: all that was issued before is dead. Answers the
   * new epoch.
   *
   * @throws DomainError `USER.INVALID_TRANSITION` when the account changed since `epoch`.
   */
  changeSecondFactor(userId: string, mfaEnabled: boolean, epoch: number | null): Promise<number> {
    return this.database.transaction(async () => {
      const next = await this.users.updateMfaEnabled(userId, mfaEnabled, epoch);
      if (next === null) throw accountChanged();
      await this.feed.append('user.epoch', [userId]);
      return next;
    });
  }

  /**
   * Ends the epoch, for another reason than those above: all that was issued before is dead. Answers the new epoch.
   *
   * @throws DomainError `USER.INVALID_TRANSITION` when the account is not active.
   */
  endEpoch(userId: string): Promise<number> {
    return this.database.transaction(async () => {
      const next = await this.users.endEpoch(userId);
      if (next === null) throw accountChanged();
      await this.feed.append('user.epoch', [userId]);
      return next;
    });
  }

  existsAny(): Promise<boolean> {
    return this.users.existsAny();
  }

  /** The epochs that changed within the last `seconds`: those that some unexpired token may not have seen. */
  findEpochsChangedWithin(seconds: number): Promise<{ id: string; epoch: number }[]> {
    return this.users.findEpochsChangedWithin(seconds);
  }

  findEpochs(userIds: readonly string[]): Promise<{ id: string; epoch: number }[]> {
    return this.users.findEpochs(userIds);
  }
}

function accountChanged(): DomainError {
  return new DomainError('USER.INVALID_TRANSITION', { detail: 'The account has changed.' });
}
