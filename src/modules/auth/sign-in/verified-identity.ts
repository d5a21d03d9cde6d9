import type { UserCredentials } from '../../users';
import type { SourceClass } from './sign-in-attempts.repository';

/** Whom a first factor was verified to be, whichever way in it was. Not yet whether that account may sign in. */
export interface VerifiedIdentity {
  readonly user: UserCredentials;
  /** What was proved, by RFC 8176 (`pwd`, `mfa`); of a foreign provider only what its record trusts it for. */
  readonly methods: readonly string[];
  /** When, in seconds since the epoch, if a provider says so and it was not just now. */
  readonly authTime?: number | null;
  /** The identity provider that vouches; null where the password was ours. */
  readonly providerId: string | null;
  /** The provider's answer, where it came through a browser. */
  readonly providerSignInId?: string;
  /** The class of attempts that a second factor of this sign-in counts to, as the first one did. */
  readonly source: SourceClass;
}
