import { Body, Controller, Delete, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, RequirePermission, SENSITIVE, type Principal } from '../../../common/access';
import { ApiContract, IfMatchVersion, setEtag, UuidParam } from '../../../common/http';
import { ListSessionsQuery, SessionPage } from '../../sessions';
import { LockUserBody, UpdateUserBody, UserResponse } from '../../users';
import { AccountLifecycleService } from './account-lifecycle.service';

@ApiTags('users')
@Controller('v1/users')
export class AccountsController {
  constructor(private readonly accounts: AccountLifecycleService) {}

  @Patch(':id')
  @RequirePermission('users:update')
  @ApiContract({
    summary: 'Change an account',
    description: 'Another email address needs an authentication of the last five minutes.',
    response: UserResponse,
    errors: [
      'USER.NOT_FOUND',
      'USER.EMAIL_TAKEN',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'AUTH.INSUFFICIENT_USER_AUTHENTICATION',
    ],
  })
  async update(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @IfMatchVersion() version: number,
    @Body({ schema: UpdateUserBody }) body: UpdateUserBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const user = await this.accounts.update(actor, id, version, body);
    setEtag(reply, user.version);
    return user;
  }

  @Delete(':id')
  @RequirePermission('users:delete', { stepUp: SENSITIVE })
  @ApiContract({
    summary: 'Delete an account',
    description:
      'Its sessions and grants end with it. Its names are free again; its id is never given out again.',
    status: 204,
    errors: ['USER.NOT_FOUND', 'RBAC.TARGET_MORE_PRIVILEGED', 'RBAC.LAST_ADMINISTRATOR'],
  })
  delete(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @IfMatchVersion() version: number,
  ): Promise<void> {
    return this.accounts.delete(actor, id, version);
  }

  @Post(':id/disable')
  @RequirePermission('users:disable')
  @ApiContract({
    summary: 'Disable an account and end its sessions',
    status: 204,
    errors: [
      'USER.NOT_FOUND',
      'USER.INVALID_TRANSITION',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.LAST_ADMINISTRATOR',
    ],
  })
  disable(@CurrentPrincipal() actor: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.accounts.disable(actor, id);
  }

  @Post(':id/enable')
  @RequirePermission('users:disable')
  @ApiContract({
    summary: 'Enable a disabled account',
    status: 204,
    errors: ['USER.NOT_FOUND', 'USER.INVALID_TRANSITION', 'RBAC.TARGET_MORE_PRIVILEGED'],
  })
  enable(@CurrentPrincipal() actor: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.accounts.enable(actor, id);
  }

  @Post(':id/lock')
  @RequirePermission('users:lock')
  @ApiContract({
    summary: 'Lock an account and end its sessions',
    description:
      'For a while, or until an administrator unlocks it. Every way in is shut; who tries is told nothing of the lock.',
    status: 204,
    errors: [
      'USER.NOT_FOUND',
      'USER.OWN_ACCOUNT',
      'USER.INVALID_TRANSITION',
      'USER.LOCK_IN_THE_PAST',
      'RBAC.TARGET_MORE_PRIVILEGED',
      'RBAC.LAST_ADMINISTRATOR',
    ],
  })
  lock(
    @CurrentPrincipal() actor: Principal,
    @UuidParam('id') id: string,
    @Body({ schema: LockUserBody }) body: LockUserBody,
  ): Promise<void> {
    return this.accounts.lock(actor, id, body);
  }

  @Post(':id/unlock')
  @RequirePermission('users:lock')
  @ApiContract({
    summary: "Take an administrator's lock off an account, and forget its failed sign-ins",
    status: 204,
    errors: ['USER.NOT_FOUND', 'RBAC.TARGET_MORE_PRIVILEGED'],
  })
  unlock(@CurrentPrincipal() actor: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.accounts.unlock(actor, id);
  }

  @Get(':id/sessions')
  @RequirePermission('sessions:read')
  @ApiContract({
    summary: "List a user's live sessions, newest first",
    response: SessionPage,
    errors: ['USER.NOT_FOUND'],
  })
  listSessions(
    @UuidParam('id') id: string,
    @Query({ schema: ListSessionsQuery }) query: ListSessionsQuery,
  ): Promise<SessionPage> {
    return this.accounts.listSessions(id, query);
  }

  @Delete(':id/sessions')
  @RequirePermission('sessions:end')
  @ApiContract({
    summary: "End all of a user's sessions",
    status: 204,
    errors: ['USER.NOT_FOUND', 'RBAC.TARGET_MORE_PRIVILEGED'],
  })
  endSessions(@CurrentPrincipal() actor: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.accounts.endSessions(actor, id);
  }
}
