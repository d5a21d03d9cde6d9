import type { SessionGrant } from '../../sessions';

/** Where a sign-in comes from, as the session will show it. */
export interface SignInOrigin {
  readonly ip: string;
  readonly userAgent: string | null;
}

/** Where a sign-in has got to: a session, or what is still asked. */
export type SignInResult =
  | { readonly kind: 'authenticated'; readonly grant: SessionGrant }
  | {
      readonly kind: 'mfa_required' | 'mfa_enrolment_required' | 'password_change_required';
      readonly challengeId: string;
    };
