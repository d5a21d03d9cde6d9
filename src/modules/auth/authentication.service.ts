import { Injectable } from '@nestjs/common';
import type { Principal } from '../../common/access';
import { PolicyService } from '../rbac';
import { RefreshTokensService, SessionsService } from '../sessions';
import { UserSnapshotsService } from '../users';
import type {
  AuthenticatedResponse,
  ChangeRequiredPasswordBody,
  LoginBody,
  LoginResponse,
  MeResponse,
} from './dto/auth.schemas';
import { SignInAnswers } from './sign-in/sign-in-answers';
import type { SignInOrigin } from './sign-in/sign-in-result';
import { SignInService } from './sign-in/sign-in.service';
import { AccessTokensService } from './tokens/access-tokens.service';

/** Sign in, stay signed in, sign out: what a client of the API does with its tokens. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly signIn: SignInService,
    private readonly answers: SignInAnswers,
    private readonly sessions: SessionsService,
    private readonly refreshTokens: RefreshTokensService,
    private readonly tokens: AccessTokensService,
    private readonly users: UserSnapshotsService,
    private readonly policy: PolicyService,
  ) {}

  async login(body: LoginBody, origin: SignInOrigin): Promise<LoginResponse> {
    return this.answers.of(await this.signIn.signInWithPassword(body.username, body.password, origin));
  }

  async changeRequiredPassword(
    body: ChangeRequiredPasswordBody,
    origin: SignInOrigin,
  ): Promise<AuthenticatedResponse> {
    return this.answers.authenticated(
      await this.signIn.changeRequiredPassword(body.challengeId, body.newPassword, origin),
    );
  }

  async refresh(refreshToken: string): Promise<AuthenticatedResponse> {
    return this.answers.authenticated(await this.refreshTokens.refresh(refreshToken));
  }

  /** Ends the session that either token belongs to; says nothing of what it found. */
  async logout(refreshToken: string | undefined, authorization: string | undefined): Promise<void> {
    if (refreshToken !== undefined) await this.sessions.endByRefreshToken(refreshToken);
    const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const sessionId = bearer === undefined ? null : await this.tokens.sessionOf(bearer);
    if (sessionId !== null) await this.sessions.endQuietly(sessionId, 'logout');
  }

  async describe(principal: Principal): Promise<MeResponse> {
    const { username } = await this.users.get(principal.subject);
    return {
      subject: principal.subject,
      username,
      sessionId: principal.sessionId,
      authTime: principal.authTime,
      acr: principal.acr,
      amr: [...principal.amr],
      permissions: await this.policy.effectivePermissions(principal.subject),
    };
  }
}
