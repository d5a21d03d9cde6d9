import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';

export const CACHE_NAMESPACE = 'portcullis:cache';
const MAX_ENTRIES = 10_000;

/** Where cached values lie. */
export abstract class CacheStore {
  /** Runs `command`, or answers undefined where the store cannot, at once or within a fraction of a second. */
  abstract attempt<T>(command: (store: Keyv) => Promise<T>): Promise<T | undefined>;
}

/** In this process alone; forgets what was not asked for the longest time when it is full. */
export class MemoryCacheStore extends CacheStore {
  private readonly keyv = new Keyv({
    namespace: CACHE_NAMESPACE,
    store: new LRUCache<string, string>({ max: MAX_ENTRIES }),
  });

  override attempt<T>(command: (store: Keyv) => Promise<T>): Promise<T | undefined> {
    return command(this.keyv);
  }
}
