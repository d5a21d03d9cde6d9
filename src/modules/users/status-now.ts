/** The status of an account, in SQL: a lock whose time is over is none, whatever the row still says. */
export const statusNow = (table: string): string =>
  `CASE WHEN ${table}.status = 'locked' AND ${table}.locked_until <= statement_timestamp() THEN 'active' ELSE ${table}.status END`;

export const STATUS_NOW = statusNow('users');
