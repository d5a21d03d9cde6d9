import { createHash } from 'node:crypto';
import type { DependencyCondition } from '../dependencies';

/** Redis cannot serve right now; the caller goes on without it. */
export class RedisUnavailableError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(`Redis is not available: ${reason}`, { cause });
    this.name = 'RedisUnavailableError';
  }
}

export const COMMAND_TIMEOUT_MS = 200;

/** A Lua script, which Redis runs as one step; sent by its digest once Redis knows it. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

export function redisScript(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/**
 * The one direct client of Redis, which may be absent, stopped, frozen or read-only at any time. A command is
 * answered or refused within {@link COMMAND_TIMEOUT_MS}, and after a failure at once, so that nobody waits twice
 * for a Redis that does not answer. It promises nothing about data: what must not be lost is in PostgreSQL.
 */
export abstract class RedisClient {
  abstract condition(): DependencyCondition;

  /** @throws RedisUnavailableError when Redis did not run the script, or did not say so in time. */
  abstract evaluate(
    script: RedisScript,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown>;

  /** @throws RedisUnavailableError */
  abstract publish(channel: string, message: string): Promise<void>;

  /**
   * Listens on a connection of its own, which comes back by itself. `onMessage` is also called at every
   * (re)connection, since messages may have been missed until then. Returns what ends it.
   */
  abstract subscribe(channel: string, onMessage: () => void): () => void;
}
