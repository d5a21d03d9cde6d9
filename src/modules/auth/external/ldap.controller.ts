import { Body, Controller, Headers, Ip, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public, RateLimit } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { LoginBody, LoginResponse } from '../dto/auth.schemas';
import { providerSlugField } from '../dto/sso.schemas';
import { SignInAnswers } from '../sign-in/sign-in-answers';
import { LdapSignInService } from './ldap-sign-in.service';

@ApiTags('auth')
@Controller('v1/auth/ldap')
export class LdapController {
  constructor(
    private readonly ldap: LdapSignInService,
    private readonly answers: SignInAnswers,
  ) {}

  @Post(':provider/login')
  @Public()
  @RateLimit('login')
  @ApiContract({
    summary: 'Sign in with the password of a directory',
    description: 'Answers as `/v1/auth/login` does.',
    response: LoginResponse,
    errors: [
      'AUTH.INVALID_CREDENTIALS',
      'PROVIDER.NOT_FOUND',
      'PROVIDER.UNAVAILABLE',
      'RBAC.LAST_ADMINISTRATOR',
      'SESSION.LIMIT_REACHED',
    ],
  })
  async login(
    @Param('provider', { schema: providerSlugField }) provider: string,
    @Body({ schema: LoginBody }) { username, password }: LoginBody,
    @Ip() ip: string,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    return this.answers.of(
      await this.ldap.login(provider, username, password, { ip, userAgent: userAgent ?? null }),
    );
  }
}
