/** A server that failed comes after those that did not for so long; then one sign-in finds out whether it is back. */
const FORGIVEN_AFTER_MS = 30_000;

type Ask<T> = (url: string, signal: AbortSignal) => Promise<T>;

/** The servers of a directory, in the order of its record, but those last that failed lately. */
export class DirectoryServers {
  private readonly failedAt = new Map<string, number>();

  constructor(
    private readonly urls: readonly string[],
    private readonly withinMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * What the first server says that answers. Each has its share of the time that is left, so that one which takes the
   * question and never answers leaves some for the next.
   *
   * @throws AggregateError when none does in time
   */
  async askAny<T>(ask: Ask<T>): Promise<T> {
    const failures: unknown[] = [];
    const deadline = this.now() + this.withinMs;
    const urls = this.inOrder();
    for (const [asked, url] of urls.entries()) {
      try {
        return await this.ask(url, (deadline - this.now()) / (urls.length - asked), ask);
      } catch (error) {
        failures.push(error);
      }
    }
    throw new AggregateError(failures, 'No server of the directory answers');
  }

  /** What that server says, and no other; who would be asked first, where none is named. @throws Error */
  askOne<T>(url: string | null, ask: Ask<T>): Promise<T> {
    return this.ask(url ?? this.inOrder()[0] ?? '', this.withinMs, ask);
  }

  private async ask<T>(url: string, withinMs: number, ask: Ask<T>): Promise<T> {
    try {
      const signal = AbortSignal.timeout(Math.max(1, Math.floor(withinMs)));
      const answer = await Promise.race([ask(url, signal), aborted(signal)]);
      this.failedAt.delete(url);
      return answer;
    } catch (error) {
      this.failedAt.set(url, this.now());
      throw error;
    }
  }

  private inOrder(): string[] {
    const isAvoided = (url: string): boolean => {
      const failedAt = this.failedAt.get(url);
      if (failedAt === undefined) return false;
      if (this.now() - failedAt < FORGIVEN_AFTER_MS) return true;
      // Whoever comes while this one tries it still avoids it.
      this.failedAt.set(url, this.now());
      return false;
    };
    const avoided = new Set(this.urls.filter(isAvoided));
    return [...this.urls.filter((url) => !avoided.has(url)), ...avoided];
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
