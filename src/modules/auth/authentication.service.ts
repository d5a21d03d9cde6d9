import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { RefreshTokensService, SessionsService } from '../sessions';
import type {
  AuthenticatedResponse,
  ChangeRequiredPasswordBody,
  LoginBody,
  LoginResponse,
} from './dto/auth.schemas';
import { SecondFactorPolicy } from './mfa/second-factor-policy';
import { RequiredPasswordService } from './sign-in/required-password.service';
import { SignInAnswers } from './sign-in/sign-in-answers';
import type { SignInOrigin } from './sign-in/sign-in-result';
import { SignInService } from './sign-in/sign-in.service';
import { AccessTokensService } from './tokens/access-tokens.service';

/** Sign in, stay signed in, sign out: what a client of the API does with its tokens. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly signIn: SignInService,
    private readonly requiredPasswords: RequiredPasswordService,
    private readonly answers: SignInAnswers,
    private readonly sessions: SessionsService,
    private readonly refreshTokens: RefreshTokensService,
    private readonly tokens: AccessTokensService,
    private readonly secondFactors: SecondFactorPolicy,
  ) {}

  async login(body: LoginBody, origin: SignInOrigin): Promise<LoginResponse> {
    return this.answers.of(await this.signIn.signInWithPassword(body.username, body.password, origin));
  }

  async changeRequiredPassword(
    body: ChangeRequiredPasswordBody,
    origin: SignInOrigin,
  ): Promise<LoginResponse> {
    return this.answers.of(await this.requiredPasswords.change(body.challengeId, body.newPassword, origin));
  }

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
  async logout(refreshToken: string | undefined, authorization: string | undefined): Promise<void> {
    if (refreshToken !== undefined) await this.sessions.endByRefreshToken(refreshToken);
    const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const sessionId = bearer === undefined ? null : await this.tokens.sessionOf(bearer);
    if (sessionId !== null) await this.sessions.endQuietly(sessionId, 'logout');
  }
}
