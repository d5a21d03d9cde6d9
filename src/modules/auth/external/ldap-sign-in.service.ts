import { Injectable } from '@nestjs/common';
import { SignInAttemptsService } from '../sign-in/sign-in-attempts.service';
import type { SignInOrigin, SignInResult } from '../sign-in/sign-in-result';
import { SignInService } from '../sign-in/sign-in.service';
import { DirectoryAttempts } from './directory-attempts';
import { ExternalSignInService } from './external-sign-in.service';

/** The pipeline of sign-in with the password of a directory. */
@Injectable()
export class LdapSignInService {
  constructor(
    private readonly attempts: DirectoryAttempts,
    private readonly external: ExternalSignInService,
    private readonly signIn: SignInService,
    private readonly reservations: SignInAttemptsService,
  ) {}

  /**
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, whatever the reason; `PROVIDER.NOT_FOUND`, `PROVIDER.UNAVAILABLE`
   */
  async login(slug: string, username: string, password: string, origin: SignInOrigin): Promise<SignInResult> {
    const { profile, providerVersion, subject } = await this.attempts.verify(slug, username, password);
    const identity = await this.external.admit(profile, providerVersion).catch(async (error: unknown) => {
      // The password was right: linking, which shares this count, must not be locked by it.
      await this.reservations.release(subject);
      throw error;
    });
    const result = await this.signIn.proceed(identity, origin);
    // Not the attempt of a guesser. A session clears the account's count; a person who was new had one of their own.
    if (result.kind !== 'authenticated' || subject.user === null) await this.reservations.release(subject);
    return result;
  }
}
