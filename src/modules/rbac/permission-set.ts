/** Permissions as bits, numbered by the registry. */
export class PermissionSet {
  private readonly words: Uint32Array;

  /** An empty set with room for the bits below `capacity`. */
  constructor(readonly capacity: number) {
    this.words = new Uint32Array(Math.ceil(capacity / 32));
  }

  has(bit: number): boolean {
    return ((this.words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  add(bit: number): this {
    this.words[bit >>> 5] = (this.words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    return this;
  }

  delete(bit: number): this {
    this.words[bit >>> 5] = (this.words[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
    return this;
  }

  unite(other: PermissionSet): this {
    for (let i = 0; i < this.words.length; i++) this.words[i] = (this.words[i] ?? 0) | (other.words[i] ?? 0);
    return this;
  }

  subtract(other: PermissionSet): this {
    for (let i = 0; i < this.words.length; i++) this.words[i] = (this.words[i] ?? 0) & ~(other.words[i] ?? 0);
    return this;
  }

  /** What is here and not in `other`, as a set of its own. */
  without(other: PermissionSet): PermissionSet {
    return new PermissionSet(this.capacity).unite(this).subtract(other);
  }

  isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }
}
