import { Body, Controller, Delete, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequirePermission } from '../../../common/access';
import { ApiContract, IfMatchVersion, setEtag, UuidParam } from '../../../common/http';
import { CreateGroupBody, ListGroupsQuery, UpdateGroupBody } from '../dto/group.bodies';
import { GroupPage, GroupResponse, WrittenGroupResponse } from '../dto/group.response';
import { POLICY_VERSION_HEADER, setPolicyVersion } from '../dto/policy-version';
import { GroupsService } from './groups.service';

@ApiTags('groups')
@Controller('v1/groups')
export class GroupsController {
  constructor(private readonly groups: GroupsService) {}

  @Get()
  @RequirePermission('groups:read')
  @ApiContract({ summary: 'List groups, oldest first', response: GroupPage })
  async list(@Query({ schema: ListGroupsQuery }) query: ListGroupsQuery): Promise<GroupPage> {
    const { items, nextCursor } = await this.groups.list(query);
    return { items: [...items], nextCursor };
  }

  @Post()
  @RequirePermission('groups:create')
  @ApiContract({
    summary: 'Create a group',
    description: 'A group is a principal: roles are assigned to it as to anybody, and its members have them.',
    status: 201,
    response: WrittenGroupResponse,
    errors: ['RBAC.GROUP_NAME_TAKEN'],
  })
  async create(
    @Body({ schema: CreateGroupBody }) body: CreateGroupBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WrittenGroupResponse> {
    return answer(await this.groups.create(body), reply);
  }

  @Get(':id')
  @RequirePermission('groups:read')
  @ApiContract({ summary: 'Read a group', response: GroupResponse, errors: ['RBAC.GROUP_NOT_FOUND'] })
  async read(
    @UuidParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GroupResponse> {
    return answer(await this.groups.getById(id), reply);
  }

  @Patch(':id')
  @RequirePermission('groups:update')
  @ApiContract({
    summary: 'Rename or describe a group',
    response: WrittenGroupResponse,
    errors: ['RBAC.GROUP_NOT_FOUND', 'RBAC.GROUP_NAME_TAKEN'],
  })
  async update(
    @UuidParam('id') id: string,
    @IfMatchVersion() version: number,
    @Body({ schema: UpdateGroupBody }) body: UpdateGroupBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WrittenGroupResponse> {
    return answer(await this.groups.update(id, version, body), reply);
  }

  @Delete(':id')
  @RequirePermission('groups:delete')
  @ApiContract({
    summary: 'Delete a group to which nothing is assigned and that belongs to no other',
    description: 'A group of the same name that is made later is a new one and inherits nothing.',
    status: 204,
    headers: POLICY_VERSION_HEADER,
    errors: ['RBAC.GROUP_NOT_FOUND', 'RBAC.GROUP_IN_USE'],
  })
  async delete(
    @UuidParam('id') id: string,
    @IfMatchVersion() version: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    setPolicyVersion(reply, await this.groups.delete(id, version));
  }
}

function answer<Answer extends GroupResponse>(group: Answer, reply: FastifyReply): Answer {
  setEtag(reply, group.version);
  return group;
}
