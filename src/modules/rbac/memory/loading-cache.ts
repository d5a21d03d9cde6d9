import { Generations } from '../../../infrastructure/cache';

/**
 * What was asked about lately, read once for all who ask at the same time. A read that a change has overtaken is
 * answered, and not kept. What does not exist is not kept either: nobody can fill memory with made-up ids, and what
 * comes into being needs no word.
 */
export class LoadingCache<Value extends object> {
  private readonly known: Generations<Value>;
  private readonly loading = new Map<string, Promise<Value | null>>();

  constructor(
    max: number,
    private readonly read: (id: string) => Promise<Value | null>,
    private readonly mayKeep: () => boolean,
  ) {
    this.known = new Generations(max);
  }

  /** Synchronous, and without allocation, once the value is known. */
  get(id: string): Value | null | Promise<Value | null> {
    return this.known.get(id) ?? this.load(id);
  }

  forget(isConcerned: (value: Value) => boolean): void {
    this.known.forget(isConcerned);
    this.loading.clear();
  }

  clear(): void {
    this.known.clear();
    this.loading.clear();
  }

  private load(id: string): Promise<Value | null> {
    if (!this.mayKeep()) return this.read(id);
    const started = this.loading.get(id);
    if (started !== undefined) return started;
    const reading = this.read(id)
      .then((value) => {
        if (value !== null && this.loading.get(id) === reading) this.known.set(id, value);
        return value;
      })
      .finally(() => {
        if (this.loading.get(id) === reading) this.loading.delete(id);
      });
    this.loading.set(id, reading);
    return reading;
  }
}
