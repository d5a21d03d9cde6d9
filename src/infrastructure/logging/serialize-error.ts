import { withoutTokens } from './without-tokens';

interface SerializedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: SerializedError;
}

const MAX_CAUSES = 5;

/**
 * What helps to find a fault. Further properties stay out: an error of the database carries the statement's
 * parameters and the row's values, and those hold secrets and personal data.
 */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutTokens(String(error)) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: withoutTokens(error.message),
    ...(typeof code === 'string' && { code }),
    ...(error.stack !== undefined && { stack: withoutTokens(error.stack) }),
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: serializeError(error.cause, depth + 1) }),
  };
}
