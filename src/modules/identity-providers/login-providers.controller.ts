import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access';
import { ApiContract } from '../../common/http';
import { LoginProvidersQuery, LoginProvidersResponse } from './dto/login-provider.schemas';
import { LoginProvidersService } from './login-providers.service';

@ApiTags('auth')
@Controller('v1/auth/providers')
export class LoginProvidersController {
  constructor(private readonly providers: LoginProvidersService) {}

  @Get()
  @Public()
  @ApiContract({
    summary: 'The providers that a login page may show',
    description: 'With an email address, the one of its domain. Says nothing of accounts.',
    response: LoginProvidersResponse,
  })
  list(@Query({ schema: LoginProvidersQuery }) query: LoginProvidersQuery): Promise<LoginProvidersResponse> {
    return this.providers.list(query.email);
  }
}
