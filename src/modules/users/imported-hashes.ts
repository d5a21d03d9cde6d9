import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../../infrastructure/crypto';
import { UsersRepository } from './users.repository';

/** For so long the first sign-ins after an import may be told from others by their time. */
const KNOWN_FOR_MS = 5_000;
/** Leaves room for what varies from one hash to the next. */
const MARGIN = 2;

/**
 * Hides which accounts still have a digest of another system. Those cost more than ours, and nothing can be done to
 * cost ours less; so while there are any, every verification takes as long as the dearest of them.
 */
@Injectable()
export class ImportedHashes {
  private readonly costs = new Map<string, Promise<number>>();
  private known: { readonly at: number; readonly leastMs: Promise<number> } | undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly hasher: PasswordHasher,
  ) {}

  /** What a verification takes at least; 0 where all digests are ours. */
  async leastMs(): Promise<number> {
    const now = performance.now();
    if (this.known === undefined || now - this.known.at > KNOWN_FOR_MS) {
      const known = { at: now, leastMs: this.measureAll() };
      this.known = known;
      known.leastMs.catch(() => {
        if (this.known === known) this.known = undefined;
      });
    }
    return this.known.leastMs;
  }

  private async measureAll(): Promise<number> {
    const schemes = await this.users.findPasswordSchemes();
    const costs = await Promise.all(schemes.map((scheme) => this.costOf(scheme)));
    return MARGIN * Math.max(0, ...costs);
  }

  /** Once in the life of a process, each. */
  private costOf(scheme: string): Promise<number> {
    let cost = this.costs.get(scheme);
    if (cost === undefined) {
      cost = this.hasher.measure(scheme);
      this.costs.set(scheme, cost);
      cost.catch(() => this.costs.delete(scheme));
    }
    return cost;
  }
}
