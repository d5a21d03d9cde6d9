import { Body, Controller, Delete, Headers, Ip, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CurrentPrincipal,
  Public,
  RateLimit,
  RequirePermission,
  SENSITIVE,
  type Principal,
} from '../../../common/access';
import { ApiContract, UuidParam } from '../../../common/http';
import { LoginResponse } from '../dto/auth.schemas';
import { MfaBody } from '../dto/mfa.schemas';
import { SignInAnswers } from '../sign-in/sign-in-answers';
import { MfaResetService } from './mfa-reset.service';
import { SecondFactorSignInService } from './second-factor-sign-in.service';

@ApiTags('second factors')
@Controller('v1')
export class SecondFactorController {
  constructor(
    private readonly service: SecondFactorSignInService,
    private readonly resets: MfaResetService,
    private readonly answers: SignInAnswers,
  ) {}

  @Post('auth/mfa')
  @Public()
  @RateLimit('mfa')
  @ApiContract({
    summary: 'Answer `mfa_required`, and sign in',
    description: 'Wrong codes count like wrong passwords. Each code works once.',
    response: LoginResponse,
    errors: ['AUTH.INVALID_CHALLENGE', 'AUTH.INVALID_CODE', 'SESSION.LIMIT_REACHED'],
  })
  async signIn(
    @Body({ schema: MfaBody }) body: MfaBody,
    @Ip() ip: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    return this.answers.of(await this.service.signIn(body, { ip, userAgent: userAgent ?? null }));
  }

  @Delete('users/:id/mfa')
  @RequirePermission('users:reset-mfa', { stepUp: SENSITIVE })
  @ApiContract({
    summary: "Take somebody's second factor away, and end their sessions",
    status: 204,
    errors: ['USER.NOT_FOUND', 'USER.INVALID_TRANSITION', 'RBAC.TARGET_MORE_PRIVILEGED'],
  })
  reset(@CurrentPrincipal() actor: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.resets.reset(actor, id);
  }
}
