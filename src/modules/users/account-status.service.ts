import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { EventPublisher } from '../../common/events';
import { ChangeFeed } from '../../infrastructure/change-feed';
import { Database } from '../../infrastructure/database';
import { AccountStatusRepository } from './account-status.repository';
import { UserDisabledEvent, UserEnabledEvent, UserLockedEvent } from './events/user.events';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';

/** Which state an account is in. What ends with a state (sessions) is auth's to join. */
@Injectable()
export class AccountStatusService {
  constructor(
    private readonly statuses: AccountStatusRepository,
    private readonly accounts: UsersService,
    private readonly users: UsersRepository,
    private readonly database: Database,
    private readonly events: EventPublisher,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * Nobody signs in any more, and everything issued so far is of a past epoch.
   *
   * @throws DomainError `USER.NOT_FOUND`, `USER.INVALID_TRANSITION`
   */
  async disable(id: string): Promise<void> {
    await this.database.transaction(async () => {
      const { status } = await this.accounts.getById(id);
      const change = { from: ['invited', 'active', 'locked'], to: 'disabled', endsSessions: true } as const;
      if (!(await this.statuses.update(id, change))) throw invalid('The account is disabled already.');
      await this.feed.append('user.epoch', [id]);
      await this.events.publish(new UserDisabledEvent(id, status, 'disabled'));
    });
  }

  /** @throws DomainError `USER.NOT_FOUND`, `USER.INVALID_TRANSITION` */
  async enable(id: string): Promise<void> {
    await this.database.transaction(async () => {
      await this.accounts.getById(id);
      const to = (await this.users.hasWayIn(id)) ? 'active' : 'invited';
      if (!(await this.statuses.update(id, { from: ['disabled'], to, endsSessions: false })))
        throw invalid('Only a disabled account can be enabled.');
      await this.events.publish(new UserEnabledEvent(id, 'disabled', to));
    });
  }

  /**
   * As {@link disable}, for a while: until then, or until somebody takes the lock off. One that is locked gets the new
   * end.
   *
   * @throws DomainError `USER.NOT_FOUND`, `USER.INVALID_TRANSITION`, `USER.LOCK_IN_THE_PAST`
   */
  async lock(id: string, reason: string, until: Date | null): Promise<void> {
    if (until !== null && (await this.statuses.isPast(until))) {
      throw new DomainError('USER.LOCK_IN_THE_PAST', {
        errors: [{ pointer: '/until', code: 'past', message: 'must be in the future' }],
      });
    }
    await this.database.transaction(async () => {
      const { status, lockedUntil } = await this.accounts.getById(id);
      const change = { from: ['active', 'locked'], to: 'locked', endsSessions: true, until } as const;
      if (!(await this.statuses.update(id, change))) throw invalid('Only an active account can be locked.');
      await this.feed.append('user.epoch', [id]);
      const before = { status, until: lockedUntil };
      await this.events.publish(new UserLockedEvent(id, reason, before, until));
    });
  }

  /** Whether there was a lock to take off. */
  unlock(id: string): Promise<boolean> {
    return this.statuses.update(id, { from: ['locked'], to: 'active', endsSessions: false });
  }
}

function invalid(detail: string): DomainError {
  return new DomainError('USER.INVALID_TRANSITION', { detail });
}
