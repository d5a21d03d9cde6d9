import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from './database-errors';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 5_000;

let isReached = false;
let isStarting = false;

/** Whether PostgreSQL has answered this process yet; for those who ask why it does not serve. */
export function wasDatabaseReached(): boolean {
  return isReached;
}

/** From here until {@link endStart} nobody is served, so whoever asks PostgreSQL can as well wait for it. */
export function beginStart(): void {
  isStarting = true;
}

export function endStart(): void {
  isStarting = false;
}

/** As {@link whenReachable} while the process starts; tries once when it serves, since callers do not wait for ever. */
export function whenReachableAtStart<T>(attempt: () => Promise<T>): Promise<T> {
  return isStarting ? whenReachable(attempt) : attempt();
}

/** Tries `attempt` until PostgreSQL is there. Whatever else is wrong would not get better, and is thrown. */
export async function whenReachable<T>(attempt: () => Promise<T>): Promise<T> {
  const logger = new Logger('Database');
  for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)) {
    try {
      const result = await attempt();
      isReached = true;
      return result;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      isReached = false;
      logger.warn(`PostgreSQL cannot be reached yet; next try in ${String(backoffMs)} ms`);
      await sleep(backoffMs * (0.75 + Math.random() / 4));
    }
  }
}
