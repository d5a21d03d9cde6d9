import { DomainError } from '../../common/errors';

/**
 * Runs at most `slots` tasks at a time and lets at most `maxWaiting` wait. What comes on top is refused at once:
 * a queue without an end turns a burst into an outage.
 */
export class BoundedQueue {
  private running = 0;
  private readonly queue: (() => void)[] = [];
  private refused = 0;

  constructor(private readonly limits: { readonly slots: number; readonly maxWaiting: number }) {}

  /** How many tasks wait now. */
  get waiting(): number {
    return this.queue.length;
  }

  /** How many tasks were refused so far. */
  get rejected(): number {
    return this.refused;
  }

  /** @throws DomainError `SERVICE.OVERLOADED` when the queue is full. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.slots) this.running++;
    else await this.turn();
    try {
      return await task();
    } finally {
      // A slot passes straight to the next in line, so that nobody overtakes.
      const next = this.queue.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }

  private turn(): Promise<void> {
    if (this.queue.length >= this.limits.maxWaiting) {
      this.refused++;
      throw new DomainError('SERVICE.OVERLOADED', { retryAfterSeconds: 1 + Math.floor(Math.random() * 3) });
    }
    return new Promise((resolve) => this.queue.push(resolve));
  }
}
