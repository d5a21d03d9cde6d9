import { LRUCache } from 'lru-cache';

const MAX_ENTRIES = 10_000;

/** Where cached values lie. Answers at once or within a fraction of a second, and never throws. */
export abstract class CacheStore {
  /** Undefined where there is none, and where the store cannot say. */
  abstract read(key: string): Promise<unknown>;

  abstract write(key: string, value: object, ttlMs: number): Promise<void>;
}

/** In this process alone; forgets what was not asked for the longest time when it is full. */
export class MemoryCacheStore extends CacheStore {
  private readonly entries = new LRUCache<string, object>({ max: MAX_ENTRIES });

  override read(key: string): Promise<unknown> {
    return Promise.resolve(this.entries.get(key));
  }

  override write(key: string, value: object, ttlMs: number): Promise<void> {
    this.entries.set(key, value, { ttl: ttlMs });
    return Promise.resolve();
  }
}
