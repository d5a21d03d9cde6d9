import { performance } from 'node:perf_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { ObservedState, type DependencyCondition } from '../dependencies';
import { Clock } from './clock';

/** What PostgreSQL said the time was, and when, by the monotonic clock, it was asked and had answered. */
export interface TimeSample {
  readonly databaseMs: number;
  readonly askedAt: number;
  readonly answeredAt: number;
}

interface Anchor {
  readonly databaseMs: number;
  readonly at: number;
  readonly uncertaintyMs: number;
}

/** How far the clock of this machine may be off before somebody must look after it. */
const MAX_OFFSET_MS = 2_000;
/** More than any oscillator drifts: so fast an old measurement loses its worth. */
const DRIFT = 0.001;

/**
 * The time of PostgreSQL, by which all processes judge alike, carried on by the monotonic clock: where the clock of
 * the machine is wrong, or jumps, no token lives longer or shorter. The clock of the machine counts only until the
 * first sample.
 */
@Injectable()
export class DatabaseClock extends Clock {
  private readonly logger = new Logger('Clock');
  private readonly agreement = new ObservedState('up');
  private anchor: Anchor | undefined;

  override nowMs(): number {
    return this.anchor === undefined ? this.machineMs() : this.at(this.anchor, this.monotonicMs());
  }

  /** How far ahead the clock of the machine is. */
  get offsetMs(): number {
    return this.machineMs() - this.nowMs();
  }

  /** Down while the clock of the machine is too far off. */
  get condition(): DependencyCondition {
    const { state, since } = this.agreement.current;
    return { state, breaker: null, since };
  }

  /** The answer was written at some moment between question and answer: half the round trip is the error (RFC 5905 §8). */
  observe({ databaseMs, askedAt, answeredAt }: TimeSample): void {
    const uncertaintyMs = (answeredAt - askedAt) / 2;
    const sample = { databaseMs: databaseMs + uncertaintyMs, at: answeredAt, uncertaintyMs };
    if (this.isBetter(sample)) this.anchor = sample;
    this.judge();
  }

  protected machineMs(): number {
    return Date.now();
  }

  protected monotonicMs(): number {
    return performance.now();
  }

  /** One of a slow answer is worth less than an old one of a fast answer, unless PostgreSQL's own clock was set. */
  private isBetter({ databaseMs, at, uncertaintyMs }: Anchor): boolean {
    if (this.anchor === undefined) return true;
    const knownMs = this.anchor.uncertaintyMs + (at - this.anchor.at) * DRIFT;
    return (
      uncertaintyMs <= knownMs || Math.abs(databaseMs - this.at(this.anchor, at)) > uncertaintyMs + knownMs
    );
  }

  private at({ databaseMs, at }: Anchor, monotonicMs: number): number {
    return databaseMs + monotonicMs - at;
  }

  private judge(): void {
    const offsetMs = this.offsetMs;
    const state = Math.abs(offsetMs) > MAX_OFFSET_MS ? 'down' : 'up';
    if (state === this.agreement.current.state) return;
    this.agreement.see(state);
    const seconds = (offsetMs / 1_000).toFixed(1);
    if (state === 'up') this.logger.log('The clock of this machine agrees with that of PostgreSQL again');
    else
      this.logger.warn(`The clock of this machine is off that of PostgreSQL by ${seconds} s; set it right`);
  }
}
