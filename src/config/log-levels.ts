import type { LogLevel } from '@nestjs/common';
import type { EnvironmentVariables } from './environment.schema';

const BY_SEVERITY: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];
const NAMES = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/** Nest's levels from the most severe down to `level`; none for `silent`. */
export function logLevelsOf(level: EnvironmentVariables['LOG_LEVEL']): LogLevel[] {
  return BY_SEVERITY.slice(0, NAMES.indexOf(level) + 1);
}
