import { DomainError } from '../../common/errors';

/**
 * Runs at most `slots` tasks at a time and lets at most `maxWaiting` wait. What comes on top is refused at once:
 * a queue without an end turns a burst into an outage.
 */
export class BoundedQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: { readonly slots: number; readonly maxWaiting: number }) {}

  /** @throws DomainError `SERVICE.OVERLOADED` when the queue is full. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.slots) this.running++;
    else await this.turn();
    try {
      return await task();
    } finally {
      // A slot passes straight to the next in line, so that nobody overtakes.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= this.limits.maxWaiting) {
      throw new DomainError('SERVICE.OVERLOADED', { retryAfterSeconds: 1 + Math.floor(Math.random() * 3) });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
