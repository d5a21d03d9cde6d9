import type { ThrottlerStorage } from '@nestjs/throttler';

/** What a hit found: how many the window holds, this one included, and how long the window still lasts. */
export interface WindowCount {
  readonly hits: number;
  readonly remainingMs: number;
}

/** What a limit says of a hit. */
export interface LimitVerdict extends ThrottlerRecord {
  /** True for one hit of a window: the first that it refuses. */
  readonly isFirstRefusal: boolean;
}

type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts hits by key in fixed windows: the first hit opens a window, later ones do not extend it, and the first
 * one past its end opens the next. (Two windows side by side let through at most twice the limit in the length of
 * one, which limits of this kind bear; in return a hit is one counter and one step, whatever the limit.)
 */
export abstract class RateLimitStorage {
  /**
   * Counts one hit. Of hits at the same time each gets a number of its own.
   *
   * `atLeast` is how many hits the caller knows the window to hold: a storage that knows of fewer, because it was
   * emptied or has just taken over from another, goes on from there instead of from nothing.
   */
  abstract hit(key: string, windowMs: number, atLeast?: number): Promise<WindowCount>;
}
