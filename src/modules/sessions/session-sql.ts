/** What the statements over the table `sessions` have in common; no other table in them may have these columns. */

/** Neither ended nor expired, by the database's time. */
export const UNEXPIRED =
  'ended_at IS NULL AND idle_expires_at > statement_timestamp() AND expires_at > statement_timestamp()';

/** Unexpired, and of the current epoch: a family that its account has left behind is dead. */
export const LIVE = `${UNEXPIRED} AND epoch = (
  SELECT account.epoch FROM principal_epochs account WHERE account.principal_id = user_id)`;

/** What an access token says of its session. */
export interface SessionState {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
  readonly methods: readonly string[];
  readonly acr: 'aal1' | 'aal2';
  readonly authTime: number;
  /** How long the session lives if nobody uses it any more: no token of it may live longer. */
  readonly remainingSeconds: number;
}

export const STATE = `id, user_id AS "userId", epoch, methods, acr,
  floor(extract(epoch FROM authenticated_at))::int AS "authTime",
  floor(extract(epoch FROM least(expires_at, idle_expires_at) - statement_timestamp()))::int AS "remainingSeconds"`;
