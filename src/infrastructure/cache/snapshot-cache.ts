import { Injectable } from '@nestjs/common';
import type { ZodType } from 'zod';
import { CacheStore } from './cache-store';

/**
 * Remembers what may be lost at any time and is read from PostgreSQL without it. Shared by all processes where there
 * is a Redis. Never the base of a security decision, and nothing secret is in its keys or values.
 */
@Injectable()
export class SnapshotCache {
  constructor(private readonly store: CacheStore) {}

  /**
   * What is remembered under `key`, or else what `load` finds, which is then remembered. A value of another form, such
   * as one that another version wrote, and one that `isOf` does not take for the right subject's, is a miss.
   */
  async remember<T extends object>(
    key: string,
    options: { schema: ZodType<T>; isOf: (value: T) => boolean; ttlMs: number },
    load: () => Promise<T>,
  ): Promise<T> {
    const found = options.schema.safeParse(await this.store.read(key));
    if (found.success && options.isOf(found.data)) return found.data;
    const value = await load();
    void this.store.write(key, value, options.ttlMs);
    return value;
  }
}
