import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
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
import { LinkedIdentitiesResponse } from '../dto/identity.schemas';
import { providerSlugField } from './provider-slug';
import { OwnIdentitiesService } from './own-identities.service';

@ApiTags('users')
@Controller('v1/users/me/identities')
export class OwnIdentitiesController {
  constructor(private readonly identities: OwnIdentitiesService) {}

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
    errors: ['AUTH.INVALID_CREDENTIALS', 'PROVIDER.NOT_FOUND', 'PROVIDER.UNAVAILABLE', 'IDENTITY.TAKEN'],
  })
  link(
    @CurrentPrincipal() principal: Principal,
    @Param('provider', { schema: providerSlugField }) provider: string,
    @Body({ schema: LoginBody }) { username, password }: LoginBody,
  ): Promise<void> {
    return this.identities.linkDirectory(principal, provider, username, password);
  }

  @Delete(':provider')
  @Authenticated()
  @RequireAuth(SENSITIVE)
  @ApiContract({
    summary: 'Sign in by that identity no more',
    status: 204,
    errors: ['IDENTITY.NOT_FOUND', 'IDENTITY.LAST_WAY_IN', 'RBAC.LAST_ADMINISTRATOR'],
  })
  unlink(
    @CurrentPrincipal() principal: Principal,
    @Param('provider', { schema: providerSlugField }) provider: string,
  ): Promise<void> {
    return this.identities.unlink(principal, provider);
  }
}
