import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { Database } from '../../../infrastructure/database';
import { SessionsService } from '../../sessions';
import { CredentialsService } from '../../users';
import { SignInChallenges } from './sign-in-challenges';
import type { SignInOrigin, SignInResult } from './sign-in-result';
import { SignInService } from './sign-in.service';

/** The sign-in of somebody whose password has to be replaced. */
@Injectable()
export class RequiredPasswordService {
  constructor(
    private readonly challenges: SignInChallenges,
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
    private readonly signIn: SignInService,
    private readonly database: Database,
  ) {}

  /**
   * Answers a `password_change_required` challenge, and goes on with the sign-in: a second factor is still asked. Every
   * session of before ends. A password that is refused does not spend the challenge.
   *
   * @throws DomainError `AUTH.INVALID_CHALLENGE`, `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK`
   */
  async change(challengeId: string, newPassword: string, origin: SignInOrigin): Promise<SignInResult> {
    const { challenge, user } = await this.challenges.open('password_change', challengeId);
    const passwordHash = await this.credentials.hashNewPassword(user, newPassword);
    const epoch = await this.database.transaction(async () => {
      await this.challenges.spend('password_change', challengeId);
      const next = await this.credentials.changePassword(user, passwordHash);
      await this.sessions.endAll(user.id, null, 'password_changed');
      return next;
    });
    const changed = await this.credentials.findById(user.id);
    if (changed?.epoch !== epoch) throw new DomainError('AUTH.INVALID_CHALLENGE');
    const { methods, source } = challenge;
    return this.signIn.proceed({ user: changed, methods, providerId: null, source }, origin);
  }
}
