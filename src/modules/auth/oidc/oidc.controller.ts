import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, RateLimit } from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { OidcProviders } from '../../identity-providers';
import { JwksResponse } from '../dto/auth.schemas';
import { OidcCallbackQuery, OidcLoginQuery } from '../dto/oidc.schemas';
import { providerSlugField } from '../dto/sso.schemas';
import { sendBrowser } from '../sso/send-browser';
import { OidcSignInService } from './oidc-sign-in.service';

/** For so long a provider may not know yet that the key was replaced. */
const PUBLIC_KEYS_MAX_AGE_SECONDS = 60;

@ApiTags('auth')
@Controller('v1/auth/oidc/:provider')
export class OidcController {
  constructor(
    private readonly signIn: OidcSignInService,
    private readonly providers: OidcProviders,
  ) {}

  @Get('login')
  @Public()
  @RateLimit('sso.start')
  @ApiContract({
    summary: 'Send the browser to an OpenID provider',
    description:
      'For navigation, not for scripts. Comes back to `returnTo` with `code`, for `POST /v1/auth/sso/exchange`, or with ' +
      '`error`, a code of ours.',
    status: 303,
    errors: [
      'PROVIDER.NOT_FOUND',
      'PROVIDER.UNAVAILABLE',
      'AUTH.RETURN_URL_NOT_REGISTERED',
      'AUTH.SSO_FAILED',
    ],
  })
  async login(
    @Param('provider', { schema: providerSlugField }) provider: string,
    @Query({ schema: OidcLoginQuery }) { returnTo, codeChallenge, ...wishes }: OidcLoginQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const purpose = { returnTo, codeChallenge, link: null };
    sendBrowser(reply, await this.signIn.begin(provider, purpose, wishes));
  }

  @Get('callback')
  @Public()
  @RateLimit('sso.answer')
  @ApiContract({
    summary: "Take an OpenID provider's answer, and send the browser back to the client",
    description:
      'The address to register at the provider. An answer that belongs to no flow of this browser is refused.',
    status: 303,
    errors: ['PROVIDER.NOT_FOUND', 'AUTH.SSO_FAILED'],
  })
  async callback(
    @Param('provider', { schema: providerSlugField }) provider: string,
    @Query({ schema: OidcCallbackQuery }) query: OidcCallbackQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('cookie') cookies?: string,
  ): Promise<void> {
    sendBrowser(reply, await this.signIn.complete(provider, query, cookies));
  }

  @Get('jwks')
  @Public()
  @ApiContract({
    summary: 'Our public keys, for an OpenID provider that knows us by them (RFC 7523)',
    description:
      'The address to register there where the record says `private_key_jwt`. No keys where it has none.',
    response: JwksResponse,
    errors: ['PROVIDER.NOT_FOUND'],
  })
  async jwks(
    @Param('provider', { schema: providerSlugField }) provider: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JwksResponse> {
    void reply.header('cache-control', `public, max-age=${PUBLIC_KEYS_MAX_AGE_SECONDS}`);
    return { keys: (await this.providers.publicKeys(provider)).map((key) => ({ ...key })) };
  }
}
