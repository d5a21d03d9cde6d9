import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DomainError, type ErrorCode } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { DeferredWork, type DeferredKind } from '../../../infrastructure/deferred-work';
import type { UserCredentials } from '../../users';
import { AccountLockedOutEvent, SignInFailedEvent } from '../events/sign-in.events';
import type { Reservation } from './sign-in-attempts.repository';

const LOCKED_OUT: DeferredKind<{ userId: string | null }> = {
  name: 'locked-out',
  content: z.object({ userId: z.string().nullable() }),
};

export interface FailedAttempt {
  /** For the trail alone. */
  readonly reason: string;
  readonly user: UserCredentials | null;
  readonly typedName: string;
  /** What the attempt had reserved; null where it was locked out, or counted elsewhere. */
  readonly reservation?: Reservation | null;
}

/** Says no, always alike, and tells the trail why. */
@Injectable()
export class SignInRefusals {
  constructor(
    private readonly events: EventPublisher,
    private readonly deferred: DeferredWork,
  ) {
    deferred.register(LOCKED_OUT, async ({ userId }, origin) => {
      if (userId !== null) await events.publish(new AccountLockedOutEvent(userId), origin);
    });
  }

  /** @throws DomainError `code`, always */
  async refuse(code: ErrorCode, { reason, user, typedName, reservation }: FailedAttempt): Promise<never> {
    await this.events.publish(new SignInFailedEvent(reason, user?.id ?? null, typedName));
    // For a name that nobody has as well: telling an owner takes time, and would tell others that there is one.
    if (reservation?.isLast === true) await this.deferred.add(LOCKED_OUT, { userId: user?.id ?? null });
    throw new DomainError(code);
  }
}
