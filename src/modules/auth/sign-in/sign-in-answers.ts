import { Injectable } from '@nestjs/common';
import type { SessionState } from '../../sessions';
import type { AuthenticatedResponse, LoginResponse } from '../dto/auth.schemas';
import type { RecoveryCodesResponse, TotpEnrolledResponse } from '../dto/mfa.schemas';
import type { SteppedUpResponse } from '../dto/step-up.schemas';
import { SECOND_FACTOR_METHODS } from '../mfa/second-factors.service';
import { AccessTokensService } from '../tokens/access-tokens.service';
import type { CompletedSignIn, SignInResult } from './sign-in-result';

interface WithRecoveryCodes {
  readonly session: SessionState;
  readonly recoveryCodes: readonly string[];
}

/** What a sign-in or a proof has come to, as every way in answers it over HTTP. */
@Injectable()
export class SignInAnswers {
  constructor(private readonly tokens: AccessTokensService) {}

  of(result: SignInResult): LoginResponse {
    if (result.kind === 'authenticated') return this.authenticated(result.grant);
    const { kind: status, challengeId } = result;
    return status === 'mfa_required'
      ? { status, challengeId, methods: [...SECOND_FACTOR_METHODS] }
      : { status, challengeId };
  }

  authenticated({ session, refreshToken, deviceToken }: CompletedSignIn): AuthenticatedResponse {
    return { ...this.renewed(session), refreshToken, ...(deviceToken !== undefined && { deviceToken }) };
  }

  steppedUp(session: SessionState): SteppedUpResponse {
    const { authTime, acr, methods } = session;
    return { ...this.renewed(session), authTime, acr, amr: [...methods] };
  }

  withRecoveryCodes({ session, recoveryCodes }: WithRecoveryCodes): RecoveryCodesResponse {
    return { ...this.renewed(session), recoveryCodes: [...recoveryCodes] };
  }

  enrolled(
    enrolled: WithRecoveryCodes & Partial<Pick<CompletedSignIn, 'refreshToken' | 'deviceToken'>>,
  ): TotpEnrolledResponse {
    const { refreshToken, deviceToken } = enrolled;
    return {
      ...this.withRecoveryCodes(enrolled),
      ...(refreshToken !== undefined && { refreshToken }),
      ...(deviceToken !== undefined && { deviceToken }),
    };
  }

  private renewed(session: SessionState): Omit<AuthenticatedResponse, 'refreshToken'> {
    const { accessToken, expiresIn } = this.tokens.issue(session);
    return { status: 'authenticated', accessToken, tokenType: 'Bearer', expiresIn, sessionId: session.id };
  }
}
