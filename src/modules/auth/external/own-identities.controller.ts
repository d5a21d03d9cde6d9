import { Body, Controller, Delete, Get, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  Authenticated,
  CurrentPrincipal,
  RateLimit,
  RequireAuth,
  SENSITIVE,
  type Principal,
} from '../../../common/access';
import { ApiContract } from '../../../common/http';
import { LoginBody } from '../dto/auth.schemas';
import { LinkedIdentitiesResponse, StartedLinkingResponse, StartLinkingBody } from '../dto/identity.schemas';
import { providerSlugField } from '../dto/sso.schemas';
import { IdentityLinkingService } from './identity-linking.service';
import { OwnIdentitiesService } from './own-identities.service';

@ApiTags('users')
@Controller('v1/users/me/identities')
export class OwnIdentitiesController {
  constructor(
    private readonly identities: OwnIdentitiesService,
    private readonly linking: IdentityLinkingService,
  ) {}

  @Get()
  @Authenticated()
  @ApiContract({ summary: 'By which identities elsewhere you sign in', response: LinkedIdentitiesResponse })
  async list(@CurrentPrincipal() principal: Principal): Promise<LinkedIdentitiesResponse> {
    return { items: await this.identities.list(principal) };
  }

  @Post(':provider')
  @Authenticated()
  @RequireAuth(SENSITIVE)
  @RateLimit('login')
  @ApiContract({
    summary: 'Link your entry of a directory, by its password',
    status: 204,
    errors: [
      'AUTH.INVALID_CREDENTIALS',
      'PROVIDER.NOT_FOUND',
      'PROVIDER.UNAVAILABLE',
      'IDENTITY.TAKEN',
      'SESSION.NOT_FOUND',
    ],
  })
  link(
    @CurrentPrincipal() principal: Principal,
    @Param('provider', { schema: providerSlugField }) provider: string,
    @Body({ schema: LoginBody }) { username, password }: LoginBody,
  ): Promise<void> {
    return this.identities.linkDirectory(principal, provider, username, password);
  }

  @Post(':provider/start')
  @Authenticated()
  @RequireAuth(SENSITIVE)
  @RateLimit('sso.start')
  @ApiContract({
    summary: 'Begin to link your identity at an OpenID or SAML provider',
    description:
      'Sets the cookie without which the answer of the provider is worthless: called by a page of this origin, in the ' +
      'browser that goes to `url` then. It comes back to `returnTo` with `linked=true`, or with `error`, a code of ours.',
    response: StartedLinkingResponse,
    errors: [
      'PROVIDER.NOT_FOUND',
      'PROVIDER.UNAVAILABLE',
      'AUTH.RETURN_URL_NOT_REGISTERED',
      'AUTH.SSO_FAILED',
    ],
  })
  async start(
    @CurrentPrincipal() principal: Principal,
    @Param('provider', { schema: providerSlugField }) provider: string,
    @Body({ schema: StartLinkingBody }) { returnTo }: StartLinkingBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StartedLinkingResponse> {
    const { started, cookie } = await this.linking.start(principal, provider, returnTo);
    void reply.header('set-cookie', cookie);
    return started;
  }

  @Delete(':provider')
  @Authenticated()
  @RequireAuth(SENSITIVE)
  @ApiContract({
    summary: 'Sign in by that identity no more',
    description: 'Every other session ends. Refresh afterwards: access tokens from before are dead.',
    status: 204,
    errors: [
      'IDENTITY.NOT_FOUND',
      'IDENTITY.LAST_WAY_IN',
      'RBAC.LAST_ADMINISTRATOR',
      'USER.INVALID_TRANSITION',
      'SESSION.NOT_FOUND',
    ],
  })
  unlink(
    @CurrentPrincipal() principal: Principal,
    @Param('provider', { schema: providerSlugField }) provider: string,
  ): Promise<void> {
    return this.identities.unlink(principal, provider);
  }
}
