import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';
import { CredentialsService, type UserCredentials } from '../../users';

interface PasswordAttempt {
  /** Whose attempt it was counted as; null where nobody has the name. */
  readonly body: { readonly account: UserCredentials | null };
}

/** Name and password. Says whether the account's password is right, not whether that account may sign in. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(private readonly credentials: CredentialsService) {
    super({ passReqToCallback: true });
  }

  async validate(
    { body: { account } }: PasswordAttempt,
    _username: string,
    password: string,
  ): Promise<UserCredentials | false> {
    return (await this.credentials.verify(account, password)) && account !== null ? account : false;
  }
}
