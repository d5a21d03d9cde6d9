import type { SessionGrant } from '../../sessions';

/** Where a sign-in comes from, as the session will show it. */
export interface SignInOrigin {
  readonly ip: string;
  readonly userAgent: string | null;
}

/** A session, and what makes the device that began it known from now on; absent where it is known already. */
export interface CompletedSignIn extends SessionGrant {
  readonly deviceToken?: string;
}

/** Where a sign-in has got to: a session, or what is still asked. */
export type SignInResult =
  | { readonly kind: 'authenticated'; readonly grant: CompletedSignIn }
  | {
      readonly kind: 'mfa_required' | 'mfa_enrolment_required' | 'password_change_required';
      readonly challengeId: string;
    };
