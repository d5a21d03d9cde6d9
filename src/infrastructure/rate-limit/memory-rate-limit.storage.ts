import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLimitStorage, type WindowCount } from './rate-limit.storage';

const MAX_KEYS = 20_000;

interface Window {
  readonly hits: number;
  /** By the monotonic clock: no change of the wall clock extends or ends a window. */
  readonly endsAt: number;
}

/** Counts in this process alone, and forgets the keys that were not hit for the longest time when it is full. */
@Injectable()
export class MemoryRateLimitStorage extends RateLimitStorage {
  private readonly windows = new LRUCache<string, Window>({ max: MAX_KEYS });

  override hit(key: string, windowMs: number, atLeast = 0, weight = 1): Promise<WindowCount> {
    const now = performance.now();
    const open = this.recall(key, now);
    const count = {
      hits: Math.max(open?.hits ?? 0, atLeast) + weight,
      remainingMs: open?.remainingMs ?? windowMs,
    };
    this.remember(key, count, now);
    return Promise.resolve(count);
  }

  /** What is known of the open window of `key`, without counting. */
  recall(key: string, now = performance.now()): WindowCount | undefined {
    const window = this.windows.get(key);
    if (window === undefined || window.endsAt <= now) return undefined;
    return { hits: window.hits, remainingMs: window.endsAt - now };
  }

  /** Takes over what a storage counted for somebody who asked at `askedAt`; answers may come out of order. */
  remember(key: string, { hits, remainingMs }: WindowCount, askedAt: number): void {
    const known = this.recall(key)?.hits ?? 0;
    this.windows.set(key, { hits: Math.max(known, hits), endsAt: askedAt + remainingMs });
  }
}
