/** Wall-clock time for token claims and display. What is stored expires by the database's own time. */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract nowMs(): number;

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Seconds since the epoch, as JWT claims count (RFC 7519 §2, NumericDate). */
  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1_000);
  }
}
