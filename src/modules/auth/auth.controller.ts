import { Body, Controller, Get, Headers, Ip, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentPrincipal, Public, RateLimit, type Principal } from '../../common/access';
import { ApiContract } from '../../common/http';
import {
  AuthenticatedResponse,
  ChangeRequiredPasswordBody,
  LoginBody,
  LoginResponse,
  LogoutBody,
  MeResponse,
  RefreshBody,
} from './dto/auth.schemas';
import { AuthenticationService } from './authentication.service';
import { SessionTokensService } from './session-tokens.service';
import { WhoAmIService } from './who-am-i.service';

@ApiTags('auth')
@Controller('v1/auth')
export class AuthController {
  constructor(
    private readonly authentication: AuthenticationService,
    private readonly sessionTokens: SessionTokensService,
    private readonly whoAmI: WhoAmIService,
  ) {}

  @Post('login')
  @Public()
  @RateLimit('login')
  @ApiContract({
    summary: 'Sign in with username (or email address) and password',
    description: 'Unknown user, wrong password, locked and disabled accounts get one and the same answer.',
    response: LoginResponse,
    errors: ['AUTH.INVALID_CREDENTIALS', 'SESSION.LIMIT_REACHED', 'SERVICE.OVERLOADED'],
  })
  login(
    @Body({ schema: LoginBody }) body: LoginBody,
    @Ip() ip: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    return this.authentication.login(body, { ip, userAgent: userAgent ?? null });
  }

  @Post('refresh')
  @Public()
  @RateLimit('refresh')
  @ApiContract({
    summary: 'Exchange a refresh token for new tokens',
    description:
      'Each refresh token works once. One that comes back after it was spent, and past the grace, ends its session.',
    response: AuthenticatedResponse,
    errors: ['AUTH.INVALID_REFRESH_TOKEN'],
  })
  refresh(@Body({ schema: RefreshBody }) body: RefreshBody): Promise<AuthenticatedResponse> {
    return this.sessionTokens.refresh(body.refreshToken);
  }

  @Post('logout')
  @Public()
  @ApiContract({
    summary: 'End a session',
    description: 'By its refresh token, or by a bearer token of ours, even an expired one. Always 204.',
    status: 204,
  })
  logout(
    @Body({ schema: LogoutBody }) body: LogoutBody,
    @Headers('authorization') authorization?: string,
  ): Promise<void> {
    return this.sessionTokens.logout({ refreshToken: body?.refreshToken, authorization });
  }

  @Post('password/change-required')
  @Public()
  @RateLimit('login')
  @ApiContract({
    summary: 'Replace a password that must be changed, and go on with the sign-in',
    response: LoginResponse,
    errors: [
      'AUTH.INVALID_CHALLENGE',
      'AUTH.INVALID_CREDENTIALS',
      'SESSION.LIMIT_REACHED',
      'USER.PASSWORD_TOO_SHORT',
      'USER.PASSWORD_TOO_WEAK',
      'USER.INVALID_TRANSITION',
      'SERVICE.OVERLOADED',
    ],
  })
  changeRequiredPassword(
    @Body({ schema: ChangeRequiredPasswordBody }) body: ChangeRequiredPasswordBody,
    @Ip() ip: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    return this.authentication.changeRequiredPassword(body, { ip, userAgent: userAgent ?? null });
  }

  @Get('me')
  @Authenticated()
  @ApiContract({
    summary: 'Who you are, and what you may do',
    response: MeResponse,
    errors: ['USER.NOT_FOUND'],
  })
  me(@CurrentPrincipal() principal: Principal): Promise<MeResponse> {
    return this.whoAmI.describe(principal);
  }
}
