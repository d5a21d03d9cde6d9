import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import { AccountLockedOutEvent, SignInFailedEvent } from '../events/sign-in.events';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';

/** What people do to their own accounts. */
@Injectable()
export class OwnAccountService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly attempts: SignInAttemptsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Ends every other session; the one that asks survives, and its refresh token brings a token of the new epoch.
   * Wrong guesses count towards lockout: a stolen access token must not become a way to try passwords.
   *
   * @throws DomainError `USER.CURRENT_PASSWORD_WRONG`, `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK`
   */
  async changePassword(principal: Principal, currentPassword: string, newPassword: string): Promise<void> {
    const user = await this.credentials.findById(principal.subject);
    if (user === null) throw new DomainError('USER.NOT_FOUND');
    this.credentials.requireAcceptable(user, newPassword);
    const { reservation, outcome: matches } = await this.attempts.attempt(
      { user, typedName: user.username, source: 'own_session' },
      () => this.credentials.verify(user, currentPassword),
    );
    if (reservation === null || !matches) {
      if (reservation?.isLast === true) await this.events.publish(new AccountLockedOutEvent(user.id));
      const reason = reservation === null ? 'locked_out' : 'wrong_password';
      await this.events.publish(new SignInFailedEvent(reason, user.id, user.username));
      throw new DomainError('USER.CURRENT_PASSWORD_WRONG', {
        errors: [{ pointer: '/currentPassword', code: 'wrong', message: 'is not the current password' }],
      });
    }
    await this.attempts.clear(user.id);
    const passwordHash = await this.credentials.hashNewPassword(user, newPassword);
    await this.database.transaction(async () => {
      const epoch = await this.credentials.changePassword(user, passwordHash);
      await this.sessions.endAll(user.id, principal.sessionId, 'password_changed');
      await this.sessions.carryOver(principal.sessionId, epoch);
    });
  }
}
