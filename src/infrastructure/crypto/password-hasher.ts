/** What the hasher has to do, and had to refuse. */
export interface HasherLoad {
  readonly waiting: number;
  readonly rejected: number;
}

/** Slow on purpose: makes each guess at a stolen digest cost memory and time. */
export abstract class PasswordHasher {
  /** How a digest that is made today begins: its algorithm and cost. */
  abstract readonly scheme: string;

  /** @throws DomainError `SERVICE.OVERLOADED` when too many hashes wait already. */
  abstract hash(password: string): Promise<string>;

  /**
   * Compares in work that does not depend on whether `digest` exists: without one, a digest of the same cost
   * stands in, and the answer is false. From the moment that it is its turn it takes `atLeastMs` for each
   * form of the password, so that a digest of another cost cannot be told from the one that stands in.
   *
   * @throws DomainError `SERVICE.OVERLOADED` when too many hashes wait already.
   */
  abstract verify(digest: string | null, password: string, atLeastMs: number): Promise<boolean>;

  /** How long a digest that begins like `scheme` takes to verify on this machine. */
  abstract measure(scheme: string): Promise<number>;

  /** Whether `digest` was made with other parameters than today's, or by another system. */
  abstract needsRehash(digest: string): boolean;

  /** None, where nobody has to wait. */
  get load(): HasherLoad {
    return { waiting: 0, rejected: 0 };
  }
}
