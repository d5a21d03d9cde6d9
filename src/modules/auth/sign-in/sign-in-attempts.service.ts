import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { canonicalName } from '../../../common/validation';
import { authConfig } from '../../../config/auth.config';
import { SecretBox, sha256 } from '../../../infrastructure/crypto';
import type { UserCredentials } from '../../users';
import { SignInAttemptsRepository, type Reservation, type SourceClass } from './sign-in-attempts.repository';

const PURPOSE = 'sign-in-subject';
const PURGE_INTERVAL_MS = 3_600_000;

export interface AttemptSubject {
  readonly user: UserCredentials | null;
  readonly typedName: string;
  readonly source: SourceClass;
}

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

  /**
   * Counts an attempt before `verify` makes it; null when the subject is locked, after the same work. An attempt that
   * could not be made (the hash queue is full, the database is away) does not count.
   */
  async attempt<T>(
    subject: AttemptSubject,
    verify: () => Promise<T>,
  ): Promise<{ readonly reservation: Reservation | null; readonly outcome: T }> {
    const { failedAttemptsLimit, lockoutSeconds } = this.config;
    const key = this.keyFor(subject);
    const reservation = await this.attempts.reserve(key, subject.source, failedAttemptsLimit, lockoutSeconds);
    try {
      return { reservation, outcome: await verify() };
    } catch (error) {
      if (reservation !== null) await this.attempts.giveBack(key, subject.source, failedAttemptsLimit);
      throw error;
    }
  }

  /** Takes back the count of an attempt that turned out right and is not the last of its sign-in. */
  release(subject: AttemptSubject): Promise<void> {
    return this.attempts.giveBack(this.keyFor(subject), subject.source, this.config.failedAttemptsLimit);
  }

  /** After full success, or by an administrator. */
  clear(userId: string): Promise<void> {
    return this.attempts.clear(keyOfAccount(userId));
  }

  onApplicationShutdown(): void {
    clearInterval(this.purging);
  }

  private async purge(): Promise<void> {
    await this.attempts.purge().catch((error: unknown) => {
      this.logger.warn(`Old sign-in attempts could not be purged: ${String(error)}`);
    });
  }

  private keyFor({ user, typedName }: AttemptSubject): Buffer {
    return user === null
      ? this.box.authenticate(PURPOSE, `name:${canonicalName(typedName)}`)
      : keyOfAccount(user.id);
  }
}

/** An account's id is no secret, and replacing the root secret must not forget its locks: no key goes into this. */
function keyOfAccount(userId: string): Buffer {
  return sha256(`user:${userId}`);
}
