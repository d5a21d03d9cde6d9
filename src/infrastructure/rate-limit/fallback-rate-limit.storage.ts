import { performance } from 'node:perf_hooks';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { RedisUnavailableError } from '../redis';
import { type MemoryRateLimitStorage } from './memory-rate-limit.storage';
import { type PostgresRateLimitStorage } from './postgres-rate-limit.storage';
import { SHARED_LIMITS } from './rate-limit.policies';
import { type RedisRateLimitStorage } from './redis-rate-limit.storage';
import type { LimitVerdict, WindowCount } from './rate-limit.storage';

/** In memory a hit weighs four on each machine: each of some lets through a quarter, and at least one. */
const WEIGHT_IN_MEMORY = 4;
/** Near its end, what is known of a window might reach a shared storage after it, and be counted in the next. */
const END_MARGIN_MS = 1_000;

/**
 * Counts in Redis; without it, limits against guessing in PostgreSQL, and the others in memory at a quarter.
 *
 * What this process last learned of each window stays in memory. It is what a storage goes on from when it takes
 * over or was emptied, so that no loss of Redis opens a new window early; and a key past its limit is refused
 * without asking anyone until its window ends, so that a flood costs nothing.
 */
export class FallbackRateLimitStorage implements ThrottlerStorage {
  constructor(
    private readonly redis: RedisRateLimitStorage,
    private readonly postgres: PostgresRateLimitStorage,
    private readonly memory: MemoryRateLimitStorage,
    /** How many processes share this machine's part. */
    private readonly workers = 1,
  ) {}

  /** @throws DomainError `SERVICE.UNAVAILABLE` when a limit against guessing cannot be counted anywhere. */
  async increment(
    key: string,
    windowMs: number,
    limit: number,
    _blockDuration: number,
    name: string,
  ): Promise<LimitVerdict> {
    const askedAt = performance.now();
    const known = this.memory.recall(key, askedAt);
    if (known !== undefined && known.hits > limit) return verdictOn(known, limit, false);
    const atLeast = known !== undefined && known.remainingMs > END_MARGIN_MS ? known.hits : 0;
    const { weight, ...count } = await this.count(key, windowMs, limit, name, atLeast);
    this.memory.remember(key, count, askedAt);
    // Each hit got a number of its own, whichever process asked: one of them is the first past the limit.
    return verdictOn(count, limit, count.hits > limit && count.hits - weight <= limit);
  }

  private async count(
    key: string,
    windowMs: number,
    limit: number,
    name: string,
    atLeast: number,
  ): Promise<WindowCount & { weight: number }> {
    try {
      return { ...(await this.redis.hit(key, windowMs, atLeast)), weight: 1 };
    } catch (error) {
      if (!(error instanceof RedisUnavailableError)) throw error;
    }
    if (SHARED_LIMITS.has(name)) {
      return { ...(await this.postgres.hit(key, windowMs, atLeast)), weight: 1 };
    }
    const weight = Math.min(WEIGHT_IN_MEMORY * this.workers, limit);
    return { ...(await this.memory.hit(key, windowMs, atLeast, weight)), weight };
  }
}

function verdictOn({ hits, remainingMs }: WindowCount, limit: number, isFirstRefusal: boolean): LimitVerdict {
  const isBlocked = hits > limit;
  const timeToExpire = Math.max(1, Math.ceil(remainingMs / 1_000));
  return {
    totalHits: hits,
    timeToExpire,
    isBlocked,
    timeToBlockExpire: isBlocked ? timeToExpire : 0,
    isFirstRefusal,
  };
}
