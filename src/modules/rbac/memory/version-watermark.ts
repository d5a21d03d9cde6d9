/**
 * Up to which version every change is known. Versions are without gaps, but arrive in any order: a change of this
 * process at once, those of others by the feed.
 */
export class VersionWatermark {
  private readonly beyond = new Set<bigint>();

  /** Nothing is known before the first {@link restart}. */
  reached = -1n;
  /** The same in digits, for every decision to say. */
  digits = '-1';

  /** All is known up to `version`, from a snapshot of it. */
  restart(version: bigint): void {
    this.reached = version;
    for (const known of this.beyond) if (known <= version) this.beyond.delete(known);
    this.advance();
  }

  mark(version: bigint): void {
    if (version > this.reached) this.beyond.add(version);
    this.advance();
  }

  private advance(): void {
    while (this.beyond.delete(this.reached + 1n)) this.reached += 1n;
    this.digits = this.reached.toString();
  }
}
