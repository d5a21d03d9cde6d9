import { Injectable } from '@nestjs/common';
import { EventPublisher, type EventTarget } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { AccountStatusService } from '../../users';
import { AccountUnlockedEvent } from '../events/sign-in.events';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';

/**
 * Takes off both locks: an administrator's, and that of failed sign-ins, of strangers, known devices and the account's
 * own sessions alike.
 */
@Injectable()
export class AccountUnlockService {
  constructor(
    private readonly statuses: AccountStatusService,
    private readonly attempts: SignInAttemptsService,
    private readonly events: EventPublisher,
    private readonly database: Database,
  ) {}

  /** Joins the caller's transaction. `actor` says whose deed it is where no request does. */
  async unlock(userId: string, actor?: EventTarget): Promise<void> {
    await this.database.transaction(async () => {
      const wasLocked = await this.statuses.unlock(userId);
      await this.attempts.clear(userId);
      await this.events.publish(new AccountUnlockedEvent(userId, wasLocked, actor));
    });
  }
}
