import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { authConfig } from '../../config/auth.config';
import { PasswordHasher, randomToken } from '../../infrastructure/crypto';
import { isTooShort, requireAcceptablePassword, type PasswordOwner } from './password-policy';

/** Passwords on their way in: what is demanded of them, and the digest that stays. */
@Injectable()
export class NewPasswords {
  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws DomainError `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK` */
  requireAcceptable(password: string, owner: PasswordOwner, pointer: string): void {
    requireAcceptablePassword(password, owner, pointer, this.config.mfaRequired);
  }

  /** Whether a password that is in use would be refused as too short today. */
  isOutgrown(password: string): boolean {
    return isTooShort(password, this.config.mfaRequired);
  }

  /** @throws DomainError `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK`, `SERVICE.OVERLOADED` */
  digestOf(password: string, owner: PasswordOwner, pointer: string): Promise<string> {
    this.requireAcceptable(password, owner, pointer);
    return this.hasher.hash(password);
  }

  /** The digest of a password that nobody knows. @throws DomainError `SERVICE.OVERLOADED` */
  digestOfUnknown(): Promise<string> {
    return this.hasher.hash(randomToken());
  }
}
