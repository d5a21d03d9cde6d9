import { Redis, type RedisOptions } from 'ioredis';

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/** A connection that waits for nobody, never throws out of an event, and comes back by itself. */
export function createConnection(url: string, options: RedisOptions): Redis {
  return new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    // A command is never sent again behind its caller's back: it would count twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    retryStrategy: (attempt) => {
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS);
      return backoffMs * (0.5 + Math.random() / 2);
    },
    ...options,
  });
}
