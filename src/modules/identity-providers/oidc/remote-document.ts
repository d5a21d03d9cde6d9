export interface RemoteDocumentOptions<T> {
  readonly load: () => Promise<T>;
  readonly freshMs: number;
  /** For so long what was last read serves while the other side cannot be read. */
  readonly staleMs: number;
  /** How long to leave the other side alone after it failed, or did not have what was looked for. */
  readonly retryMs: number;
  /** Milliseconds of a clock that never jumps: a machine whose clock is set back must not believe old keys for longer. */
  readonly now?: (() => number) | undefined;
}

interface Known<T> {
  readonly value: T;
  readonly readAt: number;
}

/** Something published elsewhere that changes seldom. */
export class RemoteDocument<T> {
  private known: Known<T> | null = null;
  private triedAt = Number.NEGATIVE_INFINITY;
  /** What became of the last attempt, where it failed. */
  private failure: { readonly error: unknown } | null = null;
  private reading: Promise<T> | null = null;
  private readonly now: () => number;

  constructor(private readonly options: RemoteDocumentOptions<T>) {
    this.now = options.now ?? ((): number => performance.now());
  }

  /**
   * One that is `good`, or the newest that there is. One that is known but not good is read again at most once in a
   * while: else whoever makes up key ids could make us ask without end.
   *
   * @throws whatever reading throws, when nothing known is young enough; and, for a while after it failed, when nothing
   * known is good
   */
  async get(good: (value: T) => boolean = () => true): Promise<T> {
    const { known } = this;
    if (known === null) return this.read();
    const isGood = good(known.value);
    if (this.isYoung(known, isGood)) {
      // That the other side has nothing better was not seen, as long as it could not be read.
      if (!isGood && this.failure !== null) throw this.failure.error;
      return known.value;
    }
    if (!isGood) this.triedAt = this.now();
    try {
      return await this.read();
    } catch (error) {
      if (isGood && this.ageOf(known) < this.options.staleMs) return known.value;
      throw error;
    }
  }

  /** Whether it has to do for now. */
  private isYoung(known: Known<T>, isGood: boolean): boolean {
    const { freshMs, staleMs, retryMs } = this.options;
    if (isGood && this.ageOf(known) < freshMs) return true;
    return this.now() - this.triedAt < retryMs && this.ageOf(known) < staleMs;
  }

  private ageOf({ readAt }: Known<T>): number {
    return this.now() - readAt;
  }

  private read(): Promise<T> {
    this.reading ??= this.load().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async load(): Promise<T> {
    try {
      const value = await this.options.load();
      this.known = { value, readAt: this.now() };
      this.failure = null;
      return value;
    } catch (error) {
      this.triedAt = this.now();
      this.failure = { error };
      throw error;
    }
  }
}
