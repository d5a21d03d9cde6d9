import { Injectable } from '@nestjs/common';
import { DomainError, type ErrorCode } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import type { UserCredentials } from '../../users';
import { AccountLockedOutEvent, SignInFailedEvent } from '../events/sign-in.events';
import type { Reservation } from './sign-in-attempts.repository';

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
  constructor(private readonly events: EventPublisher) {}

  /** @throws DomainError `code`, always */
  async refuse(code: ErrorCode, { reason, user, typedName, reservation }: FailedAttempt): Promise<never> {
    if (reservation?.isLast === true && user !== null)
      await this.events.publish(new AccountLockedOutEvent(user.id));
    await this.events.publish(new SignInFailedEvent(reason, user?.id ?? null, typedName));
    throw new DomainError(code);
  }
}
