import type { ConfigType } from '@nestjs/config';
import { pino, type DestinationStream, type LoggerOptions } from 'pino';
import type { appConfig } from '../../config/app.config';
import { RequestContext } from '../request-context';
import { PinoLogger } from './pino-logger';
import { serializeError } from './serialize-error';

type LoggerConfig = Pick<ConfigType<typeof appConfig>, 'logLevel' | 'mode'>;

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'currentPassword',
  'newPassword',
  'passwordHash',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'deviceToken',
  'challengeId',
];

/** One JSON object a line to standard output, each with the id of the request that it was written for. */
export function createLogger(config: LoggerConfig, destination?: DestinationStream): PinoLogger {
  const requests = new RequestContext();
  const options: LoggerOptions = {
    level: config.logLevel,
    base: { pid: process.pid },
    formatters: { level: (level) => ({ level }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const { requestId } = requests;
      return requestId === null ? {} : { requestId };
    },
    serializers: { err: serializeError },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '***' },
  };
  if (destination !== undefined) return new PinoLogger(pino(options, destination));
  if (isForPeople(config)) options.transport = { target: 'pino-pretty', options: { ignore: 'context' } };
  return new PinoLogger(pino(options));
}

/** A terminal of somebody who develops; the formatter is not installed in production. */
function isForPeople({ mode }: LoggerConfig): boolean {
  if (mode !== 'development' || !process.stdout.isTTY) return false;
  try {
    return require.resolve('pino-pretty') !== '';
  } catch {
    return false;
  }
}
