import { Body, Controller, Headers, Ip, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { LoginResponse } from '../dto/auth.schemas';
import { SsoExchangeBody } from '../dto/sso.schemas';
import { SignInAnswers } from '../sign-in/sign-in-answers';
import { SsoExchangeService } from './sso-exchange.service';

@ApiTags('auth')
@Controller('v1/auth/sso')
export class SsoController {
  constructor(
    private readonly sso: SsoExchangeService,
    private readonly answers: SignInAnswers,
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
}
