import { Body, Controller, Delete, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, RequirePermission, SENSITIVE, type Principal } from '../../common/access';
import { ApiContract, IfMatchVersion, setEtag, UuidParam } from '../../common/http';
import {
  CreateIdentityProviderBody,
  ListIdentityProvidersQuery,
  UpdateIdentityProviderBody,
} from './dto/identity-provider.bodies';
import {
  IdentityProviderPage,
  IdentityProviderResponse,
  ProviderDiagnosisResponse,
  toIdentityProviderResponse,
} from './dto/identity-provider.response';
import type { StoredProvider } from './identity-providers.repository';
import { IdentityProvidersService } from './identity-providers.service';
import { ProviderTrialService } from './provider-trial.service';

@ApiTags('identity providers')
@Controller('v1/identity-providers')
export class IdentityProvidersController {
  constructor(
    private readonly providers: IdentityProvidersService,
    private readonly trial: ProviderTrialService,
  ) {}

  @Get()
  @RequirePermission('identity-providers:read')
  @ApiContract({ summary: 'List identity providers, oldest first', response: IdentityProviderPage })
  async list(
    @Query({ schema: ListIdentityProvidersQuery }) query: ListIdentityProvidersQuery,
  ): Promise<IdentityProviderPage> {
    const { items, nextCursor } = await this.providers.list(query);
    return { items: items.map(toIdentityProviderResponse), nextCursor };
  }

  @Post()
  @RequirePermission('identity-providers:manage', { stepUp: SENSITIVE })
  @ApiContract({
    summary: 'Add a directory or an identity provider',
    description: 'Whoever does must hold all that its mappings can give. Secrets are written and never read.',
    status: 201,
    response: IdentityProviderResponse,
    errors: [
      'PROVIDER.INVALID_CONFIG',
      'PROVIDER.SLUG_TAKEN',
      'PROVIDER.DOMAIN_TAKEN',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'RBAC.UNKNOWN_ROLE',
      'RBAC.UNKNOWN_RESOURCE',
      'RBAC.UNKNOWN_PRINCIPAL',
    ],
  })
  async create(
    @CurrentPrincipal() actor: Principal,
    @Body({ schema: CreateIdentityProviderBody }) body: CreateIdentityProviderBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IdentityProviderResponse> {
    return answer(await this.providers.create(actor, body), reply);
  }

  @Get(':id')
  @RequirePermission('identity-providers:read')
  @ApiContract({
    summary: 'Read an identity provider',
    response: IdentityProviderResponse,
    errors: ['PROVIDER.NOT_FOUND'],
  })
  async read(
    @UuidParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IdentityProviderResponse> {
    return answer(await this.providers.getById(id), reply);
  }

  @Patch(':id')
  @RequirePermission('identity-providers:manage', { stepUp: SENSITIVE })
  @ApiContract({
    summary: 'Change an identity provider, on every process at once',
    description:
      'Whoever changes whom it vouches for must hold all that the people hold who sign in by it already.',
    response: IdentityProviderResponse,
    errors: [
      'PROVIDER.NOT_FOUND',
      'PROVIDER.INVALID_CONFIG',
      'PROVIDER.SECRET_REQUIRED',
      'PROVIDER.SLUG_TAKEN',
      'PROVIDER.DOMAIN_TAKEN',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.UNKNOWN_ROLE',
      'RBAC.UNKNOWN_RESOURCE',
      'RBAC.UNKNOWN_PRINCIPAL',
    ],
  })
  async update(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @IfMatchVersion() version: number,
    @Body({ schema: UpdateIdentityProviderBody }) body: UpdateIdentityProviderBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IdentityProviderResponse> {
    return answer(await this.providers.update(actor, id, version, body), reply);
  }

  @Delete(':id')
  @RequirePermission('identity-providers:manage', { stepUp: SENSITIVE })
  @ApiContract({
    summary: 'Delete an identity provider to which no account is linked',
    status: 204,
    errors: ['PROVIDER.NOT_FOUND', 'PROVIDER.IN_USE'],
  })
  delete(@UuidParam('id') id: string, @IfMatchVersion() version: number): Promise<void> {
    return this.providers.delete(id, version);
  }

  @Post(':id/test')
  @RequirePermission('identity-providers:manage')
  @ApiContract({
    summary: 'Try an identity provider out, and say what is wrong',
    response: ProviderDiagnosisResponse,
    errors: ['PROVIDER.NOT_FOUND', 'PROVIDER.INVALID_CONFIG'],
  })
  test(@UuidParam('id') id: string): Promise<ProviderDiagnosisResponse> {
    return this.trial.test(id);
  }
}

function answer(provider: StoredProvider, reply: FastifyReply): IdentityProviderResponse {
  setEtag(reply, provider.version);
  return toIdentityProviderResponse(provider);
}
