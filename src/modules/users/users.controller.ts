import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, Authenticated, RequirePermission, type Principal } from '../../common/access';
import { ApiContract, setEtag, UuidParam } from '../../common/http';
import type { z } from 'zod';
import { CreateUserBody, ListUsersQuery } from './dto/user.bodies';
import { toUserResponse, UserPage, UserResponse } from './dto/user.response';
import { UsersService } from './users.service';

@ApiTags('users')
@Controller('v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @RequirePermission('users:read')
  @ApiContract({ summary: 'List accounts, oldest first', response: UserPage })
  async list(@Query({ schema: ListUsersQuery }) query: ListUsersQuery): Promise<z.infer<typeof UserPage>> {
    const { items, nextCursor } = await this.users.list(query);
    return { items: items.map(toUserResponse), nextCursor };
  }

  @Post()
  @RequirePermission('users:create')
  @ApiContract({
    summary: 'Create an account',
    description: 'With a password it is active at once; without one it is `invited`.',
    status: 201,
    response: UserResponse,
    errors: [
      'USER.USERNAME_TAKEN',
      'USER.EMAIL_TAKEN',
      'USER.PASSWORD_TOO_SHORT',
      'USER.PASSWORD_TOO_WEAK',
      'SERVICE.OVERLOADED',
    ],
  })
  async create(
    @Body({ schema: CreateUserBody }) body: CreateUserBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const user = await this.users.create(body);
    setEtag(reply, user.version);
    return toUserResponse(user);
  }

  @Get('me')
  @Authenticated()
  @ApiContract({ summary: 'Read your own account', response: UserResponse, errors: ['USER.NOT_FOUND'] })
  readOwn(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    return this.read(principal.subject, reply);
  }

  @Get(':id')
  @RequirePermission('users:read')
  @ApiContract({ summary: 'Read an account', response: UserResponse, errors: ['USER.NOT_FOUND'] })
  async read(
    @UuidParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const user = await this.users.getById(id);
    setEtag(reply, user.version);
    return toUserResponse(user);
  }
}
