import { Body, Controller, Delete, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, RequirePermission, type Principal } from '../../common/access';
import { ApiContract, IfMatchVersion, setEtag, UuidParam } from '../../common/http';
import { CreateRoleBody, ListRolesQuery, UpdateRoleBody } from './dto/role.bodies';
import { POLICY_VERSION_HEADER, setPolicyVersion } from './dto/policy-version';
import {
  RolePage,
  RoleResponse,
  toRoleResponse,
  toWrittenRoleResponse,
  WrittenRoleResponse,
} from './dto/role.response';
import type { Role } from './role';
import { RolesService } from './roles.service';
import type { Written } from './written';

@ApiTags('roles')
@Controller('v1/roles')
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Get()
  @RequirePermission('roles:read')
  @ApiContract({ summary: 'List roles, built-in ones first', response: RolePage })
  async list(@Query({ schema: ListRolesQuery }) query: ListRolesQuery): Promise<RolePage> {
    const { items, nextCursor } = await this.roles.list(query);
    return { items: items.map(toRoleResponse), nextCursor };
  }

  @Post()
  @RequirePermission('roles:create')
  @ApiContract({
    summary: 'Create a role',
    description:
      'Grants are exact permissions, or wildcards: `catalog.*:read` covers `catalog` and all below it. ' +
      'Nobody puts into a role what they do not hold.',
    status: 201,
    response: WrittenRoleResponse,
    errors: [
      'RBAC.ROLE_NAME_TAKEN',
      'RBAC.UNKNOWN_PERMISSION',
      'RBAC.UNKNOWN_ROLE',
      'RBAC.ROLE_TOO_DEEP',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
    ],
  })
  async create(
    @CurrentPrincipal() actor: Principal,
    @Body({ schema: CreateRoleBody }) body: CreateRoleBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WrittenRoleResponse> {
    return answerWritten(await this.roles.create(actor, body), reply);
  }

  @Get(':id')
  @RequirePermission('roles:read')
  @ApiContract({ summary: 'Read a role', response: RoleResponse, errors: ['RBAC.ROLE_NOT_FOUND'] })
  async read(
    @UuidParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleResponse> {
    return answer(await this.roles.getById(id), reply);
  }

  @Patch(':id')
  @RequirePermission('roles:update')
  @ApiContract({
    summary: 'Change a role, and with it what its holders may do',
    description:
      'Of a built-in role nothing but `requiresMfa` can be changed. That flag needs a fresh authentication.',
    response: WrittenRoleResponse,
    errors: [
      'RBAC.ROLE_NOT_FOUND',
      'RBAC.ROLE_IS_SYSTEM',
      'RBAC.ROLE_NAME_TAKEN',
      'RBAC.UNKNOWN_PERMISSION',
      'RBAC.UNKNOWN_ROLE',
      'RBAC.ROLE_CYCLE',
      'RBAC.ROLE_TOO_DEEP',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.LAST_ADMINISTRATOR',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      'REQUEST.PRECONDITION_REQUIRED',
      'REQUEST.PRECONDITION_FAILED',
    ],
  })
  async update(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @IfMatchVersion() version: number,
    @Body({ schema: UpdateRoleBody }) body: UpdateRoleBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WrittenRoleResponse> {
    return answerWritten(await this.roles.update(actor, id, version, body), reply);
  }

  @Delete(':id')
  @RequirePermission('roles:delete')
  @ApiContract({
    summary: 'Delete a role that nobody holds and no role inherits from',
    status: 204,
    headers: POLICY_VERSION_HEADER,
    errors: [
      'RBAC.ROLE_NOT_FOUND',
      'RBAC.ROLE_IS_SYSTEM',
      'RBAC.ROLE_IN_USE',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'REQUEST.PRECONDITION_REQUIRED',
      'REQUEST.PRECONDITION_FAILED',
    ],
  })
  async delete(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @IfMatchVersion() version: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    setPolicyVersion(reply, await this.roles.delete(actor, id, version));
  }
}

function answer(role: Role, reply: FastifyReply): RoleResponse {
  setEtag(reply, role.version);
  return toRoleResponse(role);
}

function answerWritten(role: Written<Role>, reply: FastifyReply): WrittenRoleResponse {
  setEtag(reply, role.version);
  return toWrittenRoleResponse(role);
}
