import { performance } from 'node:perf_hooks';

/**
 * Keeps callers away from what has just failed. After a failure nobody is admitted for a while; then one caller
 * tries for all, and the others stay out until it has succeeded.
 */
export class Circuit {
  private retryAt: number | undefined;

  constructor(
    private readonly pauseMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get isOpen(): boolean {
    return this.retryAt !== undefined;
  }

  /** Whether the caller may try. One that was admitted reports back by {@link reset} or {@link trip}. */
  admits(): boolean {
    if (this.retryAt === undefined) return true;
    if (this.now() < this.retryAt) return false;
    this.trip();
    return true;
  }

  /** Jitter keeps many processes from trying again in step. */
  trip(): void {
    this.retryAt = this.now() + this.pauseMs * (0.75 + Math.random() / 2);
  }

  reset(): void {
    this.retryAt = undefined;
  }
}
