/** Wall-clock time for token claims and display. What is stored expires by the database's own time. */
export abstract class Clock {
  abstract now(): Date;

  /** Seconds since the epoch, as JWT claims count (RFC 7519 §2, NumericDate). */
  nowSeconds(): number {
    return Math.floor(this.now().getTime() / 1_000);
  }
}

export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override nowSeconds(): number {
    return Math.floor(Date.now() / 1_000);
  }
}
