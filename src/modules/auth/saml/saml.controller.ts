import { Body, Controller, Get, Header, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, RateLimit } from '../../../common/access';
import { AcceptsForm, ApiContract } from '../../../common/http';
import { SamlLoginQuery, SamlResponseBody } from '../dto/saml.schemas';
import { providerSlugField } from '../dto/sso.schemas';
import { sendBrowser } from '../sso/send-browser';
import { SamlSignInService } from './saml-sign-in.service';
import { sendAuthnRequest } from './send-authn-request';

/** Of a response, in base64 and then in the encoding of forms. */
const MAX_FORM_BYTES = 640 * 1_024;

@ApiTags('auth')
@Controller('v1/auth/saml/:provider')
export class SamlController {
  constructor(private readonly saml: SamlSignInService) {}

  @Get('login')
  @Public()
  @RateLimit('sso.start')
  @ApiContract({
    summary: 'Begin a sign-in through a SAML identity provider',
    description:
      'For a browser: it is sent to the provider, and comes back to `returnTo` with a code or an error.',
    status: 303,
    errors: ['PROVIDER.NOT_FOUND', 'AUTH.RETURN_URL_NOT_REGISTERED'],
  })
  @ApiResponse({ status: 200, description: 'A form that posts itself to the provider, where it wants one.' })
  async login(
    @Param('provider', { schema: providerSlugField }) slug: string,
    @Query({ schema: SamlLoginQuery }) { returnTo, codeChallenge }: SamlLoginQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAuthnRequest(reply, await this.saml.begin(slug, { returnTo, codeChallenge, link: null }));
  }

  @Post('acs')
  @Public()
  @RateLimit('sso.answer')
  @AcceptsForm({ maxBodyBytes: MAX_FORM_BYTES })
  @ApiContract({
    summary: 'Where a SAML identity provider sends its response (assertion consumer service)',
    description:
      'Every refusal looks the same; the audit trail knows why. A response that nobody asked for is taken where the ' +
      'record of the provider says `allowIdpInitiated`: it leads to the address that `RelayState` names, if that is ' +
      'registered, and else to the first that is, with `unsolicited=true`.',
    status: 303,
    errors: [
      'PROVIDER.NOT_FOUND',
      'PROVIDER.UNAVAILABLE',
      'AUTH.SSO_FAILED',
      'AUTH.RETURN_URL_NOT_REGISTERED',
    ],
  })
  async acs(
    @Param('provider', { schema: providerSlugField }) slug: string,
    @Body({ schema: SamlResponseBody }) body: SamlResponseBody,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('cookie') cookies?: string,
  ): Promise<void> {
    sendBrowser(reply, await this.saml.finish(slug, body, cookies));
  }

  @Get('metadata')
  @Public()
  @Header('content-type', 'application/samlmetadata+xml')
  @ApiProduces('application/samlmetadata+xml')
  @ApiContract({ summary: 'Who we are, for the identity provider to import', errors: ['PROVIDER.NOT_FOUND'] })
  metadata(@Param('provider', { schema: providerSlugField }) slug: string): Promise<string> {
    return this.saml.metadata(slug);
  }
}
