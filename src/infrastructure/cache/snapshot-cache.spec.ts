import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CacheStore, MemoryCacheStore } from './cache-store';
import { SnapshotCache } from './snapshot-cache';

const schema = z.object({ id: z.string(), name: z.string() });

class AbsentStore extends CacheStore {
  override read(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override write(): Promise<void> {
    return Promise.resolve();
  }
}

describe('SnapshotCache', () => {
  let loads: number;

  beforeEach(() => {
    loads = 0;
  });

  const remember = (
    cache: SnapshotCache,
    id: string,
    ttlMs = 10_000,
  ): Promise<{ id: string; name: string }> =>
    cache.remember(`thing:${id}`, { schema, isOf: (found) => found.id === id, ttlMs }, () => {
      loads++;
      return Promise.resolve({ id, name: `name of ${id}` });
    });

  it('loads once, and answers what it remembers until its time is over', async () => {
    const cache = new SnapshotCache(new MemoryCacheStore());
    expect(await remember(cache, 'a', 50)).toEqual({ id: 'a', name: 'name of a' });
    expect(await remember(cache, 'a', 50)).toEqual({ id: 'a', name: 'name of a' });
    expect(loads).toBe(1);
    const deadline = performance.now() + 2_000;
    while (loads === 1 && performance.now() < deadline) {
      await sleep(5);
      await remember(cache, 'a', 50);
    }
    expect(loads).toBe(2);
  });

  it.each([
    ['of another subject', { id: 'b', name: 'name of b' }],
    ['of another form', { id: 'a', title: 'name of a' }],
    ['that is a list', ['a']],
  ])('takes a value %s for none', async (_, value: object) => {
    const store = new MemoryCacheStore();
    await store.write('thing:a', value, 10_000);
    expect(await remember(new SnapshotCache(store), 'a')).toEqual({ id: 'a', name: 'name of a' });
  });

  it('loads every time where its store cannot answer', async () => {
    const cache = new SnapshotCache(new AbsentStore());
    await remember(cache, 'a');
    await remember(cache, 'a');
    expect(loads).toBe(2);
  });
});
