/** What the hasher has to do, and had to refuse. */
export interface HasherLoad {
  readonly waiting: number;
  readonly rejected: number;
}

/** Slow on purpose: makes each guess at a stolen digest cost memory and time. */
export abstract class PasswordHasher {
  /** @throws DomainError `SERVICE.OVERLOADED` when too many hashes wait already. */
  abstract hash(password: string): Promise<string>;

  /**
   * Compares in work that does not depend on whether `digest` exists: without one, a digest of the same cost
   * stands in, and the answer is false.
   *
   * @throws DomainError `SERVICE.OVERLOADED` when too many hashes wait already.
   */
  abstract verify(digest: string | null, password: string): Promise<boolean>;

  /** Whether `digest` was made with other parameters than today's. */
  abstract needsRehash(digest: string): boolean;

  /** None, where nobody has to wait. */
  get load(): HasherLoad {
    return { waiting: 0, rejected: 0 };
  }
}
