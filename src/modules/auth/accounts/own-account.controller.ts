import { Body, Controller, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  Authenticated,
  CurrentPrincipal,
  RequireAuth,
  SENSITIVE,
  type Principal,
} from '../../../common/access';
import { ApiContract, IfMatchVersion, setEtag } from '../../../common/http';
import { toUserResponse, UpdateOwnProfileBody, UserResponse, UsersService } from '../../users';
import { ChangePasswordBody } from '../dto/auth.schemas';
import { OwnAccountService } from './own-account.service';

@ApiTags('users')
@Controller('v1/users/me')
export class OwnAccountController {
  constructor(
    private readonly account: OwnAccountService,
    private readonly users: UsersService,
  ) {}

  @Patch()
  @Authenticated()
  @ApiContract({ summary: 'Change your own profile', response: UserResponse, errors: ['USER.NOT_FOUND'] })
  async update(
    @CurrentPrincipal() principal: Principal,
    @IfMatchVersion() version: number,
    @Body({ schema: UpdateOwnProfileBody }) body: UpdateOwnProfileBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const user = await this.users.update(principal.subject, version, body);
    setEtag(reply, user.version);
    return toUserResponse(user);
  }

  @Post('password')
  @Authenticated()
  @RequireAuth(SENSITIVE)
  @ApiContract({
    summary: 'Change your own password',
    description: 'Every other session ends. Refresh afterwards: access tokens from before are dead.',
    status: 204,
    errors: [
      'USER.NOT_FOUND',
      'USER.CURRENT_PASSWORD_WRONG',
      'USER.PASSWORD_TOO_SHORT',
      'USER.PASSWORD_TOO_WEAK',
      'USER.INVALID_TRANSITION',
      'SESSION.NOT_FOUND',
      'SERVICE.OVERLOADED',
    ],
  })
  changePassword(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: ChangePasswordBody }) body: ChangePasswordBody,
  ): Promise<void> {
    return this.account.changePassword(principal, body.currentPassword, body.newPassword);
  }
}
