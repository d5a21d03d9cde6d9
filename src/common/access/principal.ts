import type {} from 'fastify';

/** Authenticator assurance level: `aal2` when two kinds of factor were proved (NIST SP 800-63B-4). */
export type AssuranceLevel = 'aal1' | 'aal2';

/** Who is behind a request and how surely. Identity and assurance only: permissions are decided, never carried. */
export interface Principal {
  /** Stable id in `principals`. */
  readonly subject: string;
  readonly subjectType: 'user' | 'service';
  readonly sessionId: string;
  /** Seconds since the epoch at which the subject last proved a factor. */
  readonly authTime: number;
  /** RFC 8176 method names. */
  readonly amr: readonly string[];
  readonly acr: AssuranceLevel;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication guard and by nothing else. */
    principal?: Principal;
  }
}
