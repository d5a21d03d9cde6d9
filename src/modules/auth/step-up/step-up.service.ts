import { Injectable } from '@nestjs/common';
import { insufficientAuthentication, type Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { SessionsService, type SessionState } from '../../sessions';
import { CredentialsService, type UserCredentials } from '../../users';
import type { StepUpBody } from '../dto/step-up.schemas';
import { AccountLockedOutEvent } from '../events/sign-in.events';
import { StepUpFailedEvent, StepUpSucceededEvent } from '../events/step-up.events';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';
import { StepUpProofs, type StepUpProof } from './step-up-proofs';

/** Fresh and stronger authentication within a live session. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly proofs: StepUpProofs,
    private readonly attempts: SignInAttemptsService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /**
   * Asks for the strongest factor that the subject has: a password alone would make fresh what a second factor has
   * to. Guesses count on the counter of the account's own sessions, which nobody outside can lock.
   *
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, `AUTH.INVALID_CODE`, `MFA.NOT_ENROLLED`, `USER.NOT_FOUND`,
   * `SESSION.NOT_FOUND`, `AUTH.INSUFFICIENT_USER_AUTHENTICATION` when a stronger factor than `body` names is held
   */
  async stepUp({ subject, sessionId }: Principal, body: StepUpBody): Promise<SessionState> {
    const user = await this.credentials.findById(subject);
    if (user === null) throw new DomainError('USER.NOT_FOUND');
    requireStrongest(user, body);
    const { reservation, outcome: proof } = await this.attempts.attempt(
      { user, typedName: user.username, source: 'own_session' },
      () => this.proofs.match(user, body),
    );
    if (reservation === null) return this.refuse(user, body, 'locked_out');
    if (proof !== null)
      return (await this.accept(user, sessionId, proof)) ?? this.refuse(user, body, 'code_spent');
    if (reservation.isLast) await this.events.publish(new AccountLockedOutEvent(user.id));
    return this.refuse(user, body, 'wrong_factor');
  }

  private accept(user: UserCredentials, sessionId: string, proof: StepUpProof): Promise<SessionState | null> {
    return this.database.transaction(async () => {
      if (!(await this.proofs.spend(user, proof))) return null;
      if (!(await this.credentials.lockIfCurrent(user.id, user.epoch)))
        throw new DomainError('SESSION.NOT_FOUND');
      await this.attempts.clear(user.id);
      await this.events.publish(new StepUpSucceededEvent(user.id, proof.method));
      return this.sessions.strengthen(sessionId, user.id, proof.amr, proof.acr);
    });
  }

  private async refuse(user: UserCredentials, { method }: StepUpBody, reason: string): Promise<never> {
    await this.events.publish(new StepUpFailedEvent(user.id, reason));
    throw new DomainError(method === 'password' ? 'AUTH.INVALID_CREDENTIALS' : 'AUTH.INVALID_CODE');
  }
}

/** @throws DomainError `AUTH.INSUFFICIENT_USER_AUTHENTICATION`, `MFA.NOT_ENROLLED` */
function requireStrongest({ mfaEnabled }: UserCredentials, { method }: StepUpBody): void {
  if (method === 'password' && mfaEnabled) throw insufficientAuthentication('aal2');
  if (method !== 'password' && !mfaEnabled) throw new DomainError('MFA.NOT_ENROLLED');
}
