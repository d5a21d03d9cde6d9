/**
 * Up to `max` values that were used lately, in two generations: when the young one is full, the old one goes. A list by
 * recency would cost every look-up as much as a decision.
 */
export class Generations<Value extends object> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  constructor(private readonly max: number) {}

  get(key: string): Value | undefined {
    return this.young.get(key) ?? this.aged(key);
  }

  set(key: string, value: Value): void {
    if (this.young.size >= this.max / 2) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
    this.old.delete(key);
  }

  forget(isConcerned: (value: Value) => boolean): void {
    for (const generation of [this.young, this.old])
      for (const [key, value] of generation) if (isConcerned(value)) generation.delete(key);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }

  private aged(key: string): Value | undefined {
    const value = this.old.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }
}
