import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../../infrastructure/crypto';
import { UsersRepository } from './users.repository';

/** For so long the first sign-ins after an import or a start may be told from others by their time. */
const KNOWN_FOR_MS = 5_000;
/** Leaves room for what varies from one hash to the next. */
const MARGIN = 2;

/**
 * Hides which accounts still have a digest of another system, or of ours with other parameters than today's. Those cost
 * more than what stands in for an account that nobody has, or less; so while there are any, every verification takes as
 * long as the dearest of all.
 */
@Injectable()
export class DigestCosts {
  private readonly costs = new Map<string, Promise<number>>();
  private known: { readonly at: number; readonly leastMs: Promise<number> } | undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly hasher: PasswordHasher,
  ) {}

  /** What a verification takes at least; 0 where all digests cost the same. */
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
    const schemes = new Set([this.hasher.scheme, ...(await this.users.findDigestSchemes())]);
    if (schemes.size === 1) return 0;
    const costs = await Promise.all([...schemes].map((scheme) => this.costOf(scheme)));
    return MARGIN * Math.max(...costs);
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
