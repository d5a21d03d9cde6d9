import { Injectable } from '@nestjs/common';
import { CredentialsService, type UserCredentials } from '../../users';
import { PassportRunner } from '../../../infrastructure/passport';
import type { LoginBody } from '../dto/auth.schemas';
import { DevicesService } from './devices/devices.service';
import { SignInAttemptsService } from './sign-in-attempts.service';
import { SignInChallenges } from './sign-in-challenges';
import { SignInCompletion } from './sign-in-completion';
import { SignInRefusals } from './sign-in-refusals';
import type { SignInOrigin, SignInResult } from './sign-in-result';
import type { VerifiedIdentity } from './verified-identity';

/**
 * The one pipeline of every way in: identify, reserve an attempt, verify, account state, second factor, session. What
 * comes before the account's state differs from way to way; from there on all go through {@link proceed}.
 */
@Injectable()
export class SignInService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly attempts: SignInAttemptsService,
    private readonly devices: DevicesService,
    private readonly passport: PassportRunner,
    private readonly challenges: SignInChallenges,
    private readonly completion: SignInCompletion,
    private readonly refusals: SignInRefusals,
  ) {}

  /**
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, whatever the reason, after the same work;
   * `SERVICE.OVERLOADED`
   */
  async signInWithPassword(
    { username, password, deviceToken }: LoginBody,
    origin: SignInOrigin,
  ): Promise<SignInResult> {
    const account = await this.credentials.findByLoginName(username);
    const source = await this.devices.sourceOf(account, deviceToken);
    const subject = { user: account, typedName: username, source };
    const { reservation, outcome } = await this.attempts.attempt(subject, () =>
      this.passport.run<UserCredentials>('local', { username, password, account }),
    );
    if (reservation === null || outcome.kind === 'fail') {
      const reason = refusalReason(account, reservation !== null);
      return this.refusals.refuse('AUTH.INVALID_CREDENTIALS', {
        reason,
        user: account,
        typedName: username,
        reservation,
      });
    }
    const { mustChangePassword: isTold, mfaEnabled } = outcome.identity;
    // Beside a second factor a short one is enough; and whoever has the password alone must not replace it.
    const mustChangePassword = isTold || (!mfaEnabled && this.credentials.mustReplace(password));
    const user = { ...outcome.identity, mustChangePassword };
    const identity = { user, methods: ['pwd'], providerId: null, source };
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
    const { user, methods, authTime, source, providerSignInId } = identity;
    if (user.status !== 'active') return this.refuse(user, `account_${user.status}`);
    const pending = await this.challenges.issueNext(identity);
    if (pending !== null) return pending;
    const account = { userId: user.id, epoch: user.epoch, methods, authTime, source, providerSignInId };
    const grant = await this.completion.complete(account, origin);
    return typeof grant === 'string' ? this.refuse(user, grant) : { kind: 'authenticated', grant };
  }

  private refuse(user: UserCredentials, reason: string): Promise<never> {
    return this.refusals.refuse('AUTH.INVALID_CREDENTIALS', { reason, user, typedName: user.username });
  }
}

/** Why the attempt fails, most telling reason first. */
function refusalReason(account: UserCredentials | null, mayTry: boolean): string {
  if (account === null) return 'unknown_user';
  if (!mayTry) return 'locked_out';
  return account.passwordHash === null ? 'no_password' : 'wrong_password';
}
