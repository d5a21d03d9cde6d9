import { Injectable } from '@nestjs/common';
import { ProvidesPersonalData } from '../../common/privacy';
import { toUserResponse, type UserResponse } from './dto/user.response';
import { UsersRepository } from './users.repository';

@Injectable()
export class UserPersonalData {
  constructor(private readonly users: UsersRepository) {}

  @ProvidesPersonalData('account')
  async find(userId: string): Promise<UserResponse | null> {
    const user = await this.users.findById(userId);
    return user === null ? null : toUserResponse(user);
  }
}
