import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AccessFilter,
  body,
  CurrentPrincipal,
  param,
  RequirePermission,
  type ListFilter,
  type Principal,
} from '../../../common/access';
import { ApiContract, IfMatchVersion, setEtag } from '../../../common/http';
import { POLICY_VERSION_HEADER, setPolicyVersion } from '../dto/policy-version';
import {
  CreateResourceBody,
  DeleteResourceQuery,
  ListResourcesQuery,
  resourceIdField,
  UpdateResourceBody,
} from '../dto/resource.bodies';
import {
  ResourcePage,
  ResourceResponse,
  toResourceResponse,
  toWrittenResourceResponse,
  WrittenResourceResponse,
} from '../dto/resource.response';
import type { Written } from '../written';
import type { Resource } from './resource';
import { ResourceRemovalService } from './resource-removal.service';
import { ResourcesService } from './resources.service';

@ApiTags('resources')
@Controller('v1/resources')
export class ResourcesController {
  constructor(
    private readonly resources: ResourcesService,
    private readonly removal: ResourceRemovalService,
  ) {}

  @Get()
  @RequirePermission('resources:read', { list: true })
  @ApiContract({ summary: 'List the resources that you may read, oldest first', response: ResourcePage })
  async list(
    @AccessFilter() access: ListFilter,
    @Query({ schema: ListResourcesQuery }) query: ListResourcesQuery,
  ): Promise<ResourcePage> {
    const { items, nextCursor } = await this.resources.list(access, query);
    return { items: items.map(toResourceResponse), nextCursor };
  }

  @Post()
  @RequirePermission('resources:create', { on: body('parentId') })
  @ApiContract({
    summary: 'Create a resource below another',
    description:
      'What is assigned at the parent or above holds here as well. `key` is your own id of the thing, unique ' +
      'within its type; a key that comes back after a deletion is a new resource and inherits nothing.',
    status: 201,
    response: WrittenResourceResponse,
    errors: [
      'RBAC.UNKNOWN_RESOURCE',
      'RBAC.UNKNOWN_PRINCIPAL',
      'RBAC.RESOURCE_KEY_TAKEN',
      'RBAC.RESOURCE_TOO_DEEP',
    ],
  })
  async create(
    @Body({ schema: CreateResourceBody }) content: CreateResourceBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WrittenResourceResponse> {
    return answerWritten(await this.resources.create(content), reply);
  }

  @Get(':id')
  @RequirePermission('resources:read', { on: param('id'), concealUnless: 'resources:read' })
  @ApiContract({
    summary: 'Read a resource; `root` is the root',
    response: ResourceResponse,
    errors: ['RBAC.RESOURCE_NOT_FOUND'],
  })
  async read(
    @Param('id', { schema: resourceIdField }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceResponse> {
    return answer(await this.resources.getById(id), reply);
  }

  @Patch(':id')
  @RequirePermission('resources:update', { on: param('id'), concealUnless: 'resources:read' })
  @ApiContract({
    summary: 'Rename, describe or move a resource',
    description:
      'A move takes all below along, and every assignment stays where it is. It needs whatever the assignments ' +
      'above the old and the new place allow or deny; tags and owner need what conditional assignments do.',
    response: WrittenResourceResponse,
    errors: [
      'RBAC.RESOURCE_NOT_FOUND',
      'RBAC.RESOURCE_IS_ROOT',
      'RBAC.UNKNOWN_RESOURCE',
      'RBAC.UNKNOWN_PRINCIPAL',
      'RBAC.RESOURCE_CYCLE',
      'RBAC.RESOURCE_TOO_DEEP',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
    ],
  })
  async update(
    @CurrentPrincipal() actor: Principal,
    @Param('id', { schema: resourceIdField }) id: string,
    @IfMatchVersion() version: number,
    @Body({ schema: UpdateResourceBody }) change: UpdateResourceBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WrittenResourceResponse> {
    return answerWritten(await this.resources.update(actor, id, version, change), reply);
  }

  @Delete(':id')
  @RequirePermission('resources:delete', { on: param('id'), concealUnless: 'resources:read' })
  @ApiContract({
    summary: 'Delete a resource, or with `cascade` all below it as well',
    description:
      'Without `cascade` nothing may lie below it or be assigned at it. With it, whatever those assignments ' +
      'allow or deny must be held by the caller.',
    status: 204,
    headers: POLICY_VERSION_HEADER,
    errors: [
      'RBAC.RESOURCE_NOT_FOUND',
      'RBAC.RESOURCE_IS_ROOT',
      'RBAC.RESOURCE_IN_USE',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
    ],
  })
  async delete(
    @CurrentPrincipal() actor: Principal,
    @Param('id', { schema: resourceIdField }) id: string,
    @IfMatchVersion() version: number,
    @Query({ schema: DeleteResourceQuery }) { cascade }: DeleteResourceQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    setPolicyVersion(reply, await this.removal.delete(actor, id, { version, cascade }));
  }
}

function answer(resource: Resource, reply: FastifyReply): ResourceResponse {
  setEtag(reply, resource.version);
  return toResourceResponse(resource);
}

function answerWritten(resource: Written<Resource>, reply: FastifyReply): WrittenResourceResponse {
  setEtag(reply, resource.version);
  return toWrittenResourceResponse(resource);
}
