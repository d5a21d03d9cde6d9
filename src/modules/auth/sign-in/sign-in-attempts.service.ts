import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { canonicalName } from '../../../common/validation';
import { authConfig } from '../../../config/auth.config';
import { SecretBox, sha256 } from '../../../infrastructure/crypto';
import type { UserCredentials } from '../../users';
import { SignInAttemptsRepository, type Reservation, type SourceClass } from './sign-in-attempts.repository';

const PURPOSE = 'sign-in-subject';
/** How long at most somebody waits for a turn, and how often he asks for it. */
const TURN_WITHIN_MS = 4_000;
const ASK_EVERY_MS = 50;

export interface AttemptSubject {
  readonly user: UserCredentials | null;
  readonly typedName: string;
  readonly source: SourceClass;
}

/** Lockout. All spellings of a name share one counter: an account's own, or the canonical name's where none is. */
@Injectable()
export class SignInAttemptsService {
  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly attempts: SignInAttemptsRepository,
    private readonly box: SecretBox,
  ) {}

  /**
   * Counts an attempt before `verify` makes it; null when the subject is locked, after the same work. An attempt that
   * could not be made (the hash queue is full, the database is away) does not count. `verify` learns whether the
   * attempt counts: where it does not, it is made for the sake of its duration alone.
   */
  async attempt<T>(
    subject: AttemptSubject,
    verify: (counts: boolean) => Promise<T>,
  ): Promise<{ readonly reservation: Reservation | null; readonly outcome: T }> {
    const key = this.keyFor(subject);
    const reservation = await this.reserve(key, subject.source);
    try {
      return { reservation, outcome: await verify(reservation !== null) };
    } catch (error) {
      if (reservation !== null) await this.release(subject);
      throw error;
    }
  }

  /** Takes back the count of an attempt that turned out right and is not the last of its sign-in. */
  release(subject: AttemptSubject): Promise<void> {
    return this.attempts.giveBack(this.keyFor(subject), subject.source, this.config.failedAttemptsLimit);
  }

  /** Of all classes: after full success, recovery by mail, or by an administrator. */
  clear(userId: string): Promise<void> {
    return this.attempts.clear(keyOfAccount(userId));
  }

  /**
   * More right passwords at a time than the limit must not lock anybody out: who finds the counter full of attempts
   * that are still being looked at waits until they are decided, and is counted like everybody once his turn comes.
   */
  private async reserve(key: Buffer, source: SourceClass): Promise<Reservation | null> {
    const { failedAttemptsLimit, lockoutSeconds } = this.config;
    const deadline = performance.now() + TURN_WITHIN_MS;
    for (;;) {
      const reservation = await this.attempts.reserve(key, source, failedAttemptsLimit, lockoutSeconds);
      if (reservation !== null) return reservation;
      if ((await this.attempts.isDecided(key, source)) || performance.now() > deadline) return null;
      await sleep(ASK_EVERY_MS * (0.5 + Math.random()));
    }
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
