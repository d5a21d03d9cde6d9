/**
 * What was asked about lately, read once for all who ask at the same time. It is kept in two generations, of which the
 * old one goes when the young one is full: a list by recency would cost every look-up as much as a decision. A read that a change has overtaken is
 * answered, and not kept. What does not exist is not kept either: nobody can fill memory with made-up ids, and what
 * comes into being needs no word.
 */
export class LoadingCache<Value extends object> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private readonly loading = new Map<string, Promise<Value | null>>();

  constructor(
    private readonly max: number,
    private readonly read: (id: string) => Promise<Value | null>,
    private readonly mayKeep: () => boolean,
  ) {}

  /** Synchronous, and without allocation, once the value is known. */
  get(id: string): Value | null | Promise<Value | null> {
    return this.young.get(id) ?? this.aged(id) ?? this.load(id);
  }

  forget(isConcerned: (value: Value) => boolean): void {
    for (const generation of [this.young, this.old])
      for (const [id, value] of generation) if (isConcerned(value)) generation.delete(id);
    this.loading.clear();
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
    this.loading.clear();
  }

  private aged(id: string): Value | undefined {
    const value = this.old.get(id);
    if (value !== undefined) this.keep(id, value);
    return value;
  }

  private keep(id: string, value: Value): void {
    if (this.young.size >= this.max / 2) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(id, value);
    this.old.delete(id);
  }

  private load(id: string): Promise<Value | null> {
    if (!this.mayKeep()) return this.read(id);
    const started = this.loading.get(id);
    if (started !== undefined) return started;
    const reading = this.read(id)
      .then((value) => {
        if (value !== null && this.loading.get(id) === reading) this.keep(id, value);
        return value;
      })
      .finally(() => {
        if (this.loading.get(id) === reading) this.loading.delete(id);
      });
    this.loading.set(id, reading);
    return reading;
  }
}
