import CircuitBreaker from 'opossum';

export interface BulwarkOptions {
  readonly name: string;
  /** Longer than that nobody waits. */
  readonly timeoutMs: number;
  /** More than that at once are refused. */
  readonly capacity: number;
  /** After how many failures in a row of ten seconds others are kept away, and for how long. */
  readonly volumeThreshold: number;
  readonly resetMs: number;
}

type Work = () => Promise<unknown>;

/** Stands between us and something outside that may be slow or away: a time limit, a bulkhead and a breaker. */
export class Bulwark {
  private readonly breaker: CircuitBreaker<[Work]>;

  constructor({ name, timeoutMs, capacity, volumeThreshold, resetMs }: BulwarkOptions) {
    this.breaker = new CircuitBreaker((work: Work) => work(), {
      name,
      timeout: timeoutMs,
      capacity,
      volumeThreshold,
      resetTimeout: resetMs,
      errorThresholdPercentage: 50,
    });
  }

  /** @throws Error of `work`, or that it was not done, or not in time. Whatever `work` throws counts against it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.breaker.fire(work) as Promise<T>;
  }

  /** Ends its timers. */
  dispose(): void {
    this.breaker.shutdown();
  }
}
