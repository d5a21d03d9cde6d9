import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequirePermission, type Principal } from '../../../common/access';
import { ApiContract, UuidParam } from '../../../common/http';
import { AddGroupMemberBody, ListGroupMembersQuery } from '../dto/group.bodies';
import { GroupMemberPage, toGroupMemberResponse, WrittenMembershipResponse } from '../dto/group.response';
import { GroupMembersService } from './group-members.service';

@ApiTags('groups')
@Controller('v1/groups/:id/members')
export class GroupMembersController {
  constructor(private readonly members: GroupMembersService) {}

  @Get()
  @RequirePermission('groups:read')
  @ApiContract({
    summary: 'List the direct members of a group',
    response: GroupMemberPage,
    errors: ['RBAC.GROUP_NOT_FOUND'],
  })
  async list(
    @UuidParam('id') id: string,
    @Query({ schema: ListGroupMembersQuery }) query: ListGroupMembersQuery,
  ): Promise<GroupMemberPage> {
    const { items, nextCursor } = await this.members.list(id, query);
    return { items: items.map(toGroupMemberResponse), nextCursor };
  }

  @Post()
  @RequirePermission('groups:update')
  @ApiContract({
    summary: 'Add a user, a service or a group to a group',
    description:
      'The member gets all that the group has, and what the groups have to which it belongs: the caller must ' +
      'hold that. Where the group is denied something, the member must not be more privileged than the caller.',
    status: 201,
    response: WrittenMembershipResponse,
    errors: [
      'RBAC.GROUP_NOT_FOUND',
      'RBAC.UNKNOWN_PRINCIPAL',
      'RBAC.MEMBER_EXISTS',
      'RBAC.GROUP_CYCLE',
      'RBAC.GROUP_TOO_DEEP',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.LAST_ADMINISTRATOR',
    ],
  })
  add(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @Body({ schema: AddGroupMemberBody }) body: AddGroupMemberBody,
  ): Promise<WrittenMembershipResponse> {
    return this.members.add(actor, id, body);
  }

  @Delete(':memberId')
  @RequirePermission('groups:update')
  @ApiContract({
    summary: 'Take a member out of a group',
    description: 'Answers with the membership that was, and the version of the policy without it.',
    response: WrittenMembershipResponse,
    errors: [
      'RBAC.MEMBER_NOT_FOUND',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
      'RBAC.EXCEEDS_OWN_PERMISSIONS',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.LAST_ADMINISTRATOR',
    ],
  })
  remove(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @UuidParam('memberId') memberId: string,
  ): Promise<WrittenMembershipResponse> {
    return this.members.remove(actor, id, memberId);
  }
}
