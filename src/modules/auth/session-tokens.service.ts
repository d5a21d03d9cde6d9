import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { Database } from '../../infrastructure/database';
import { RefreshTokensService, SessionsService } from '../sessions';
import type { AuthenticatedResponse } from './dto/auth.schemas';
import { SecondFactorPolicy } from './mfa/second-factor-policy';
import { SignInAnswers } from './sign-in/sign-in-answers';
import { AccessTokensService } from './tokens/access-tokens.service';

/** What a client shows of a session that it wants to end: a refresh token, a bearer, or both. */
export interface PresentedTokens {
  readonly refreshToken: string | undefined;
  readonly authorization: string | undefined;
}

/** Staying signed in, and signing out: what a client of the API does with the tokens that it has. */
@Injectable()
export class SessionTokensService {
  constructor(
    private readonly answers: SignInAnswers,
    private readonly sessions: SessionsService,
    private readonly refreshTokens: RefreshTokensService,
    private readonly tokens: AccessTokensService,
    private readonly secondFactors: SecondFactorPolicy,
    private readonly database: Database,
  ) {}

  /**
   * A session that was begun with less than its user has to prove by now does not go on.
   *
   * @throws DomainError `AUTH.INVALID_REFRESH_TOKEN`
   */
  async refresh(refreshToken: string): Promise<AuthenticatedResponse> {
    const grant = await this.refreshTokens.refresh(refreshToken);
    const { id, userId, acr } = grant.session;
    if (acr === 'aal1' && (await this.secondFactors.isRequiredOf(userId))) {
      await this.sessions.endQuietly(id, 'mfa_required');
      throw new DomainError('AUTH.INVALID_REFRESH_TOKEN');
    }
    return this.answers.authenticated(grant);
  }

  /** Ends the session that either token belongs to; says nothing of what it found. */
  async logout(tokens: PresentedTokens): Promise<void> {
    for (const id of await this.sessionsOf(tokens)) await this.sessions.endQuietly(id, 'logout');
  }

  /** The same, and answers what `take` makes of a session in the transaction that ends it; null where it makes nothing. */
  async logoutAfter<T>(
    tokens: PresentedTokens,
    take: (sessionId: string) => Promise<T | null>,
  ): Promise<T | null> {
    let taken: T | null = null;
    for (const id of await this.sessionsOf(tokens)) {
      const found = await this.database.transaction(async () => {
        const result = await take(id);
        await this.sessions.endQuietly(id, 'logout');
        return result;
      });
      taken ??= found;
    }
    return taken;
  }

  private async sessionsOf({ refreshToken, authorization }: PresentedTokens): Promise<Set<string>> {
    const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const ids = [
      refreshToken === undefined ? null : this.sessions.ofRefreshToken(refreshToken),
      bearer === undefined ? null : await this.tokens.sessionOf(bearer),
    ];
    return new Set(ids.filter((id) => id !== null));
  }
}
