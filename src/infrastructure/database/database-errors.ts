/** The parts of a PostgreSQL error that we act on, wherever TypeORM has wrapped it. */
interface PostgresFailure {
  readonly code?: string;
  readonly constraint?: string;
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';

/** Connection exceptions, insufficient resources, operator intervention (shutdown, statement timeout), read-only and disk-full. */
const UNAVAILABLE_SQLSTATE = /^(08|53|57|25006|58)/;
const UNAVAILABLE_ERRNO = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end|Client was closed)/;

function failureOf(error: unknown): PostgresFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  return (error as { driverError?: unknown }).driverError ?? error;
}

/** Whether the statement met the unique constraint or index `constraint`. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  const failure = failureOf(error);
  return failure?.code === UNIQUE_VIOLATION && failure.constraint === constraint;
}

/** Whether the same transaction may well succeed when tried again. */
export function isTransient(error: unknown): boolean {
  const code = failureOf(error)?.code;
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** Whether the database cannot be reached or cannot serve: the caller's request was never the problem. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const failure = failureOf(error);
  if (failure === undefined) return false;
  const { code } = failure;
  if (code !== undefined)
    return UNAVAILABLE_ERRNO.has(code) || (code.length === 5 && UNAVAILABLE_SQLSTATE.test(code));
  return UNAVAILABLE_MESSAGE.test((failure as Error).message);
}
