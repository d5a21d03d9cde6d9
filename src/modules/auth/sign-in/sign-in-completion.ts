import { Injectable } from '@nestjs/common';
import { Database } from '../../../infrastructure/database';
import { SessionsService, type SessionGrant } from '../../sessions';
import { CredentialsService } from '../../users';
import { assuranceOf } from './assurance-of';
import { SignInAttemptsService } from './sign-in-attempts.service';
import type { SignInOrigin } from './sign-in-result';

/** An account as it was when all of `methods` were proved. */
export interface ProvedAccount {
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
}

/** The end of every sign-in, once all factors that it needs were proved. */
@Injectable()
export class SignInCompletion {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly attempts: SignInAttemptsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
  ) {}

  /**
   * Joins the caller's transaction. Null when the account is not what it was when the factors were verified.
   *
   * @throws DomainError `SESSION.LIMIT_REACHED`
   */
  complete({ userId, epoch, methods }: ProvedAccount, origin: SignInOrigin): Promise<SessionGrant | null> {
    return this.database.transaction(async () => {
      if (!(await this.credentials.lockIfCurrent(userId, epoch))) return null;
      await this.attempts.clear(userId);
      return this.sessions.start({ userId, epoch, methods, acr: assuranceOf(methods), ...origin });
    });
  }
}
