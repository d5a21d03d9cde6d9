import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { canonicalName } from '../../../common/validation';
import { authConfig } from '../../../config/auth.config';
import { SecretBox } from '../../../infrastructure/crypto';
import type { UserCredentials } from '../../users';
import { SignInAttemptsRepository } from './sign-in-attempts.repository';

const PURPOSE = 'sign-in-subject';

/** Lockout. All spellings of a name share one counter: an account's own, or the canonical name's where none is. */
@Injectable()
export class SignInAttemptsService {
  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly attempts: SignInAttemptsRepository,
    private readonly box: SecretBox,
  ) {}

  /** Counts an attempt before it is made. False when the subject is locked. */
  reserve(user: UserCredentials | null, typedName: string): Promise<boolean> {
    const { failedAttemptsLimit, lockoutSeconds } = this.config;
    const key =
      user === null ? this.keyOf(`name:${canonicalName(typedName)}`) : this.keyOf(`user:${user.id}`);
    return this.attempts.reserve(key, failedAttemptsLimit, lockoutSeconds);
  }

  /** After full success, or by an administrator. */
  clear(userId: string): Promise<void> {
    return this.attempts.clear(this.keyOf(`user:${userId}`));
  }

  private keyOf(subject: string): Buffer {
    return this.box.authenticate(PURPOSE, subject);
  }
}
