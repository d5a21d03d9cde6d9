import { performance } from 'node:perf_hooks';
import { ObservedState, type DependencyCondition } from '../dependencies';
import { MailRefusedError } from './mail-transport';

const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 30_000;

/** What the last attempts say of the relay: after a failure the sender rests, each time for longer. */
export class RelayState {
  private readonly state: ObservedState;
  private failures = 0;
  private restsUntil = 0;

  constructor(isConfigured: boolean) {
    this.state = new ObservedState(isConfigured ? 'up' : 'not_configured');
    this.breaker = isConfigured ? 'closed' : null;
  }

  private breaker: DependencyCondition['breaker'];

  get restMs(): number {
    return Math.max(0, this.restsUntil - performance.now());
  }

  get isResting(): boolean {
    return this.restMs > 0;
  }

  condition(): DependencyCondition {
    return { ...this.state.current, breaker: this.breaker };
  }

  /** Learns from how `send` ends. A relay that refuses a mail is well. */
  async observe(send: () => Promise<void>): Promise<void> {
    try {
      await send();
      this.answered();
    } catch (error) {
      if (error instanceof MailRefusedError) this.answered();
      else this.failed();
      throw error;
    }
  }

  private answered(): void {
    if (this.breaker === null) return;
    this.failures = 0;
    this.restsUntil = 0;
    this.breaker = 'closed';
    this.state.see('up');
  }

  private failed(): void {
    if (this.breaker === null) return;
    if (this.isResting) return;
    const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.failures++);
    this.restsUntil = performance.now() + restMs * (0.75 + Math.random() / 2);
    this.breaker = 'open';
    this.state.see('down');
  }
}
