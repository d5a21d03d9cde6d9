import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';
import { withoutTokens } from './without-tokens';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Nest's account of its own start: a line for each module and route, which only somebody who debugs reads. */
const START_UP_CONTEXTS: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Pino behind Nest's `Logger`: a message is a text, an Error, or an object of fields with `msg`. */
export class PinoLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(START_UP_CONTEXTS.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest puts the context last, and before it, for errors, a stack. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const context = rest.at(-1);
    const stack = rest.at(-2);
    this.pino[level]({
      ...(typeof context === 'string' && { context }),
      ...(typeof stack === 'string' && { stack: withoutTokens(stack) }),
      ...fieldsOf(message),
    });
  }
}

function fieldsOf(message: unknown): Readonly<Record<string, unknown>> {
  if (message instanceof Error) return { msg: withoutTokens(message.message), err: message };
  if (typeof message === 'object' && message !== null) return { ...message };
  return { msg: withoutTokens(String(message)) };
}
