import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { canonicalName } from '../../../common/validation';
import { authConfig } from '../../../config/auth.config';
import { SecretBox } from '../../../infrastructure/crypto';
import type { UserCredentials } from '../../users';
import { SignInAttemptsRepository } from './sign-in-attempts.repository';

const PURPOSE = 'sign-in-subject';
const PURGE_INTERVAL_MS = 3_600_000;

/** Lockout. All spellings of a name share one counter: an account's own, or the canonical name's where none is. */
@Injectable()
export class SignInAttemptsService implements OnApplicationShutdown {
  private readonly logger = new Logger('SignIn');
  // Made-up names leave a row each; forgetting them changes no answer, since locks expire by comparison.
  private readonly purging = setInterval(() => void this.purge(), PURGE_INTERVAL_MS).unref();

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

  onApplicationShutdown(): void {
    clearInterval(this.purging);
  }

  private async purge(): Promise<void> {
    await this.attempts.purge().catch((error: unknown) => {
      this.logger.warn(`Old sign-in attempts could not be purged: ${String(error)}`);
    });
  }

  private keyOf(subject: string): Buffer {
    return this.box.authenticate(PURPOSE, subject);
  }
}
