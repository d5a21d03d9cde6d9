import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { SessionsService, type SessionGrant } from '../../sessions';
import { CredentialsService, type UserCredentials } from '../../users';
import { AccountLockedOutEvent, SignInFailedEvent } from '../events/sign-in.events';
import { PassportRunner } from '../passport/passport-runner';
import { assuranceOf } from './assurance-of';
import { SignInAttemptsService } from './sign-in-attempts.service';
import { SignInChallengesRepository } from './sign-in-challenges.repository';
import type { SignInOrigin, SignInResult } from './sign-in-result';
import type { VerifiedIdentity } from './verified-identity';

/**
 * The one pipeline of every way in: identify, reserve an attempt, verify, account state, session. What comes before
 * the account's state differs from way to way; from there on all go through {@link proceed}.
 */
@Injectable()
export class SignInService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly attempts: SignInAttemptsService,
    private readonly passport: PassportRunner,
    private readonly challenges: SignInChallengesRepository,
    private readonly sessions: SessionsService,
    private readonly database: Database,
    private readonly events: EventPublisher,
  ) {}

  /**
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, whatever the reason, after the same work;
   * `SERVICE.OVERLOADED`
   */
  async signInWithPassword(username: string, password: string, origin: SignInOrigin): Promise<SignInResult> {
    const account = await this.credentials.findByLoginName(username);
    const subject = { user: account, typedName: username, source: 'unknown' } as const;
    const { reservation, outcome } = await this.attempts.attempt(subject, () =>
      this.passport.run<UserCredentials>('local', { username, password }),
    );
    if (reservation === null || outcome.kind === 'fail') {
      const locks = reservation?.isLast === true && account !== null;
      if (locks) await this.events.publish(new AccountLockedOutEvent(account.id));
      return this.refuse(refusalReason(account, reservation !== null), account, username);
    }
    const user = outcome.identity;
    const identity = { user, methods: ['pwd'], providerId: null, source: subject.source };
    const result = await this.proceed(identity, origin);
    // Not the attempt of a guesser; what he still has to prove is counted by itself.
    if (result.kind !== 'authenticated') await this.attempts.release(subject);
    await this.credentials.upgradeHash(user, password);
    return result;
  }

  /**
   * Goes on from a verified first factor, whichever it was. The caller has reserved an attempt for it, which only a
   * session clears.
   *
   * @throws DomainError `AUTH.INVALID_CREDENTIALS` when the account may not sign in, `SESSION.LIMIT_REACHED`
   */
  async proceed(identity: VerifiedIdentity, origin: SignInOrigin): Promise<SignInResult> {
    const { user, methods, providerId } = identity;
    if (user.status !== 'active') return this.refuse(`account_${user.status}`, user, user.username);
    // Who comes by way of a provider has shown no password of ours that could be replaced.
    if (providerId === null && user.mustChangePassword) {
      const challengeId = await this.challenges.insert({ userId: user.id, epoch: user.epoch, methods });
      return { kind: 'password_change_required', challengeId };
    }
    const grant = await this.database.transaction(() =>
      this.startSession(user.id, user.epoch, methods, origin),
    );
    return grant === null
      ? this.refuse('account_changed', user, user.username)
      : { kind: 'authenticated', grant };
  }

  /**
   * Answers a `password_change_required` challenge. A password that is refused does not spend the challenge.
   *
   * @throws DomainError `AUTH.INVALID_CHALLENGE`, `USER.PASSWORD_TOO_SHORT`, `USER.PASSWORD_TOO_WEAK`
   */
  async changeRequiredPassword(
    challengeId: string,
    newPassword: string,
    origin: SignInOrigin,
  ): Promise<SessionGrant> {
    const pending = await this.challenges.find(challengeId);
    const user = pending && (await this.credentials.findById(pending.userId));
    if (user === null || user.epoch !== pending?.epoch) throw new DomainError('AUTH.INVALID_CHALLENGE');
    const passwordHash = await this.credentials.hashNewPassword(user, newPassword);
    return this.database.transaction(async () => {
      const challenge = await this.challenges.spend(challengeId);
      if (challenge === null) throw new DomainError('AUTH.INVALID_CHALLENGE');
      const epoch = await this.credentials.changePassword(user, passwordHash);
      const grant = await this.startSession(user.id, epoch, challenge.methods, origin);
      if (grant === null) throw new DomainError('AUTH.INVALID_CHALLENGE');
      return grant;
    });
  }

  /** Null when the account is not what it was when the factor was verified. */
  private async startSession(
    userId: string,
    epoch: number,
    methods: readonly string[],
    origin: SignInOrigin,
  ): Promise<SessionGrant | null> {
    if (!(await this.credentials.lockIfCurrent(userId, epoch))) return null;
    await this.attempts.clear(userId);
    return this.sessions.start({ userId, epoch, methods, acr: assuranceOf(methods), ...origin });
  }

  private async refuse(reason: string, account: UserCredentials | null, typedName: string): Promise<never> {
    await this.events.publish(new SignInFailedEvent(reason, account?.id ?? null, typedName));
    throw new DomainError('AUTH.INVALID_CREDENTIALS');
  }
}

/** Why the attempt fails, most telling reason first. */
function refusalReason(account: UserCredentials | null, mayTry: boolean): string {
  if (account === null) return 'unknown_user';
  if (!mayTry) return 'locked_out';
  return account.passwordHash === null ? 'no_password' : 'wrong_password';
}
