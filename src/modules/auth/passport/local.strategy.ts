import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';
import { CredentialsService, type UserCredentials } from '../../users';

/** Username or email address and password. Says whose they are, not whether that account may sign in. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(private readonly credentials: CredentialsService) {
    super();
  }

  async validate(username: string, password: string): Promise<UserCredentials | false> {
    const user = await this.credentials.findByLoginName(username);
    return (await this.credentials.verify(user, password)) && user !== null ? user : false;
  }
}
