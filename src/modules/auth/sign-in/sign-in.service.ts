import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { Database } from '../../../infrastructure/database';
import { SessionsService, type SessionGrant } from '../../sessions';
import { CredentialsService, type UserCredentials } from '../../users';
import { AccountLockedOutEvent, SignInFailedEvent } from '../events/sign-in.events';
import { PassportRunner } from '../passport/passport-runner';
import { SignInAttemptsService } from './sign-in-attempts.service';
import { SignInChallengesRepository } from './sign-in-challenges.repository';

const METHODS = ['pwd'] as const;

/** Where a sign-in comes from, as the session will show it. */
export interface SignInOrigin {
  readonly ip: string;
  readonly userAgent: string | null;
}

export type SignInResult =
  | { readonly kind: 'authenticated'; readonly grant: SessionGrant }
  | { readonly kind: 'password_change_required'; readonly challengeId: string };

/** The one pipeline of every way in: identify, reserve an attempt, verify, account state, session. */
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
    const { reservation, outcome } = await this.attempts.attempt(
      { user: account, typedName: username, source: 'unknown' },
      () => this.passport.run<UserCredentials>('local', { username, password }),
    );
    const user = outcome.kind === 'success' ? outcome.identity : null;
    const refusal = refusalReason(account, user, reservation !== null);
    if (user === null || refusal !== null) {
      const locks = reservation?.isLast === true && account !== null;
      if (locks) await this.events.publish(new AccountLockedOutEvent(account.id));
      return this.refuse(refusal ?? 'wrong_password', account, username);
    }
    await this.credentials.upgradeHash(user, password);
    if (user.mustChangePassword) {
      const challengeId = await this.challenges.insert({
        userId: user.id,
        epoch: user.epoch,
        methods: METHODS,
      });
      return { kind: 'password_change_required', challengeId };
    }
    const grant = await this.database.transaction(() =>
      this.startSession(user.id, user.epoch, METHODS, origin),
    );
    return grant === null
      ? this.refuse('account_changed', account, username)
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
    return this.sessions.start({ userId, epoch, methods, acr: 'aal1', ...origin });
  }

  private async refuse(reason: string, account: UserCredentials | null, typedName: string): Promise<never> {
    await this.events.publish(new SignInFailedEvent(reason, account?.id ?? null, typedName));
    throw new DomainError('AUTH.INVALID_CREDENTIALS');
  }
}

/** Why the attempt fails, most telling reason first; null when it does not. */
function refusalReason(
  account: UserCredentials | null,
  verified: UserCredentials | null,
  mayTry: boolean,
): string | null {
  if (account === null) return 'unknown_user';
  if (!mayTry) return 'locked_out';
  if (verified === null) return account.passwordHash === null ? 'no_password' : 'wrong_password';
  return verified.status === 'active' ? null : `account_${verified.status}`;
}
