export { createLogger } from './create-logger';
export { PinoLogger } from './pino-logger';
