import { Body, Controller, Get, Headers, Ip, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, RateLimit } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { LoginResponse } from '../dto/auth.schemas';
import { LoggedOutQuery, SsoExchangeBody, SsoLogoutBody, SsoLogoutResponse } from '../dto/sso.schemas';
import { SignInAnswers } from '../sign-in/sign-in-answers';
import { SsoExchangeService } from './sso-exchange.service';
import { SsoLogoutService } from './sso-logout.service';

@ApiTags('auth')
@Controller('v1/auth/sso')
export class SsoController {
  constructor(
    private readonly sso: SsoExchangeService,
    private readonly answers: SignInAnswers,
    private readonly logouts: SsoLogoutService,
  ) {}

  @Post('exchange')
  @Public()
  @ApiContract({
    summary: 'Exchange the code that a sign-in through a browser came back with',
    description:
      'Answers exactly as the sign-in with a password. A code works once, for a minute; one that comes twice ends ' +
      'the session that it had brought.',
    response: LoginResponse,
    errors: ['AUTH.INVALID_CODE', 'AUTH.INVALID_CREDENTIALS', 'SESSION.LIMIT_REACHED'],
  })
  async exchange(
    @Body({ schema: SsoExchangeBody }) { code, codeVerifier }: SsoExchangeBody,
    @Ip() ip: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    const origin = { ip, userAgent: userAgent ?? null };
    return this.answers.of(await this.sso.exchange(code, codeVerifier, origin));
  }

  @Post('logout')
  @Public()
  @ApiContract({
    summary: 'End a session, and learn where its provider is signed out of',
    description:
      'Ends it as `POST /v1/auth/logout` does, whatever becomes of the rest. Sessions that an OpenID provider brought, ' +
      'which offers that, answer a `logoutUrl` for the browser: it comes back to `returnTo` with `loggedOut=true`.',
    response: SsoLogoutResponse,
    errors: ['AUTH.RETURN_URL_NOT_REGISTERED'],
  })
  async logout(
    @Body({ schema: SsoLogoutBody }) { refreshToken, returnTo }: SsoLogoutBody,
    @Headers('authorization') authorization?: string,
  ): Promise<SsoLogoutResponse> {
    return { logoutUrl: await this.logouts.logout({ refreshToken, authorization }, returnTo) };
  }

  @Get('logged-out')
  @Public()
  @RateLimit('sso.answer')
  @ApiContract({
    summary: 'Where providers send a browser that has signed out, and it goes on to the client',
    description: 'The address to register at each OpenID provider (`post_logout_redirect_uris`).',
    status: 303,
    errors: ['AUTH.SSO_FAILED', 'AUTH.RETURN_URL_NOT_REGISTERED'],
  })
  async loggedOut(
    @Query({ schema: LoggedOutQuery }) { state }: LoggedOutQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    void reply.header('location', await this.logouts.land(state));
  }
}
