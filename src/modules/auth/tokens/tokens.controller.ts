import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '../../../common/access';
import { AcceptsForm, ApiContract } from '../../../common/http';
import { IntrospectionResponse, IntrospectTokenBody, RevokeTokenBody } from '../dto/token.schemas';
import { TokenIntrospectionService } from './token-introspection.service';
import { TokenRevocationService } from './token-revocation.service';

@ApiTags('tokens')
@Controller('v1/auth')
export class TokensController {
  constructor(
    private readonly revocation: TokenRevocationService,
    private readonly introspection: TokenIntrospectionService,
  ) {}

  @Post('revoke')
  @RequirePermission('tokens:revoke')
  @AcceptsForm()
  @ApiContract({
    summary: 'Revoke one token (RFC 7009)',
    description:
      'An access token dies alone; a refresh token takes its session along. Always 200, also for a token that is ' +
      'unknown or dead already.',
  })
  revoke(@Body({ schema: RevokeTokenBody }) body: RevokeTokenBody): Promise<void> {
    return this.revocation.revoke(body.token);
  }

  @Post('introspect')
  @RequirePermission('tokens:introspect')
  @AcceptsForm()
  @ApiContract({
    summary: 'Ask about an access token (RFC 7662)',
    description:
      'For resource servers that must know of revocations at once. A token that is dead, foreign, malformed or not ' +
      'an access token is `{"active":false}` and nothing else.',
    response: IntrospectionResponse,
  })
  introspect(
    @Body({ schema: IntrospectTokenBody }) body: IntrospectTokenBody,
  ): Promise<IntrospectionResponse> {
    return this.introspection.introspect(body.token);
  }
}
