import { Injectable } from '@nestjs/common';
import type { SessionGrant } from '../../sessions';
import type { AuthenticatedResponse, LoginResponse } from '../dto/auth.schemas';
import { AccessTokensService } from '../tokens/access-tokens.service';
import type { SignInResult } from './sign-in-result';

/** What a sign-in has come to, as every way in answers it over HTTP. */
@Injectable()
export class SignInAnswers {
  constructor(private readonly tokens: AccessTokensService) {}

  of(result: SignInResult): LoginResponse {
    return result.kind === 'authenticated'
      ? this.authenticated(result.grant)
      : { status: result.kind, challengeId: result.challengeId };
  }

  authenticated({ session, refreshToken }: SessionGrant): AuthenticatedResponse {
    const { accessToken, expiresIn } = this.tokens.issue(session);
    return {
      status: 'authenticated',
      accessToken,
      refreshToken,
      tokenType: 'Bearer',
      expiresIn,
      sessionId: session.id,
    };
  }
}
