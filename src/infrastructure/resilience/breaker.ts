import CircuitBreaker from 'opossum';
import { DomainError, type ErrorCode } from '../../common/errors';
import { type Dependency, type DependencyCondition, ObservedState } from '../dependencies';

export interface BreakerOptions {
  readonly name: string;
  /** See {@link Dependency.failureMode}. */
  readonly failureMode: string;
  /** What callers get while it is open, full or too slow. */
  readonly refusal: ErrorCode;
  readonly timeoutMs: number;
  /** At most so many at once: what hangs must not take the whole process with it. */
  readonly capacity: number;
  /** Whether `error` says that the other side fails, not that it said no. */
  readonly isFailure: (error: unknown) => boolean;
  readonly resetMs?: number;
}

type Work = () => Promise<unknown>;

/** Timeout, bulkhead and circuit breaker around one thing outside. After some failures in a row it is left alone. */
export class Breaker implements Dependency {
  readonly name: string;
  readonly failureMode: string;
  private readonly circuit: CircuitBreaker<[Work]>;
  private readonly observed = new ObservedState('up');
  private inFlight = 0;

  constructor(private readonly options: BreakerOptions) {
    this.name = options.name;
    this.failureMode = options.failureMode;
    this.circuit = new CircuitBreaker((work: Work) => work(), {
      timeout: options.timeoutMs,
      resetTimeout: options.resetMs ?? 5_000,
      volumeThreshold: 5,
      // What only looks into a cache counts as a success, and must not hide that every real call fails.
      errorThresholdPercentage: 40,
      errorFilter: (error: unknown) => !options.isFailure(error),
    });
    this.circuit.on('open', () => {
      this.observed.see('down');
    });
    this.circuit.on('close', () => {
      this.observed.see('up');
    });
  }

  /** @throws DomainError the refusal, at once while the breaker is open or full, and at the latest after the timeout */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // Counted here: to the circuit a full house would be a failure of the other side, and a burst would open it.
    if (this.inFlight >= this.options.capacity) throw new DomainError(this.options.refusal);
    this.inFlight++;
    try {
      return (await this.circuit.fire(work)) as T;
    } catch (error) {
      throw this.isOurs(error) ? new DomainError(this.options.refusal, { cause: error }) : error;
    } finally {
      this.inFlight--;
    }
  }

  condition(): DependencyCondition {
    return { ...this.observed.current, breaker: this.circuit.opened ? 'open' : 'closed' };
  }

  dispose(): void {
    this.circuit.shutdown();
  }

  private isOurs(error: unknown): boolean {
    const code = (error as { code?: unknown } | null)?.code;
    return (
      code === 'EOPENBREAKER' ||
      code === 'ESHUTDOWN' ||
      (code === 'ETIMEDOUT' && CircuitBreaker.isOurError(error as Error))
    );
  }
}
