import { setTimeout as sleep } from 'node:timers/promises';
import { randomToken } from '../../src/infrastructure/crypto';
import type { RateLimitStorage } from '../../src/infrastructure/rate-limit/rate-limit.storage';

const LONG_MS = 60_000;
const SHORT_MS = 400;

/** What every storage of rate limits promises, whatever it counts in. */
// eslint-disable-next-line jest/no-export -- one suite, run by the specs of each storage
export function describeRateLimitStorage(name: string, storageOf: () => RateLimitStorage): void {
  describe(`${name} as a rate-limit storage`, () => {
    const hits = async (key: string, windowMs = LONG_MS, atLeast?: number): Promise<number> =>
      (await storageOf().hit(key, windowMs, atLeast)).hits;

    it('counts the hits of a key from one', async () => {
      const key = randomToken();

      expect([await hits(key), await hits(key), await hits(key)]).toEqual([1, 2, 3]);
    });

    it('counts each key for itself', async () => {
      const key = randomToken();
      await hits(key);

      expect(await hits(randomToken())).toBe(1);
    });

    it('gives each of many hits at the same time a number of its own', async () => {
      const key = randomToken();

      const numbers = await Promise.all(Array.from({ length: 50 }, () => hits(key)));

      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });

    it('says how long the window still lasts, which no later hit extends', async () => {
      const key = randomToken();
      const first = await storageOf().hit(key, LONG_MS);
      await sleep(60);
      const second = await storageOf().hit(key, LONG_MS);

      expect(first.remainingMs).toBeGreaterThan(LONG_MS - 1_000);
      expect(first.remainingMs).toBeLessThanOrEqual(LONG_MS);
      expect(second.remainingMs).toBeLessThanOrEqual(first.remainingMs - 50);
    });

    it('opens a new window at the first hit past the end of the last', async () => {
      const key = randomToken();
      await hits(key, SHORT_MS);
      const { hits: second, remainingMs } = await storageOf().hit(key, SHORT_MS);
      await sleep(remainingMs + 5);

      expect(second).toBe(2);
      expect(await hits(key, SHORT_MS)).toBe(1);
    });

    it('goes on from what the caller knows when it knows of fewer hits itself', async () => {
      const key = randomToken();

      expect(await hits(key, LONG_MS, 7)).toBe(8);
      expect(await hits(key, LONG_MS, 20)).toBe(21);
    });

    it('does not go back to what the caller knows when it knows of more hits itself', async () => {
      const key = randomToken();
      await hits(key);
      await hits(key);

      expect(await hits(key, LONG_MS, 1)).toBe(3);
    });
  });
}
