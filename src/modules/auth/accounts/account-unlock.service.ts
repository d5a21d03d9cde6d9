import { Injectable } from '@nestjs/common';
import { EventPublisher, type EventTarget } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { AccountUnlockedEvent } from '../events/sign-in.events';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';

/** Forgets the failed sign-ins of an account, of strangers, known devices and its own sessions alike. */
@Injectable()
export class AccountUnlockService {
  constructor(
    private readonly attempts: SignInAttemptsService,
    private readonly events: EventPublisher,
    private readonly database: Database,
  ) {}

  /** Joins the caller's transaction. `actor` says whose deed it is where no request does. */
  async unlock(userId: string, actor?: EventTarget): Promise<void> {
    await this.database.transaction(async () => {
      await this.attempts.clear(userId);
      await this.events.publish(new AccountUnlockedEvent(userId, actor));
    });
  }
}
