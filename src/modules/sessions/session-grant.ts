import type { SessionState } from './session-sql';

/** What a client needs to go on with a session. */
export interface SessionGrant {
  readonly session: SessionState;
  readonly refreshToken: string;
}
