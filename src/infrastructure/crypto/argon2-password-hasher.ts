import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { hash, verify } from '@node-rs/argon2';
import { authConfig } from '../../config/auth.config';
import { BoundedQueue } from '../resilience';
import { formsOf, matchesForeign, spendOn } from './foreign-digest';
import { PasswordHasher, type HasherLoad } from './password-hasher';

// At about 100 hashes a second on two cores, what waits behind this many would wait longer than people do.
const WAITING_PER_SLOT = 32;

/** Argon2id (RFC 9106) over the NFKC form of the password (NIST SP 800-63B-4 §3.1.1.2). */
@Injectable()
export class Argon2PasswordHasher extends PasswordHasher {
  override readonly scheme: string;
  private readonly queue: BoundedQueue;
  private standIn: Promise<string> | undefined;

  constructor(@Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>) {
    super();
    const slots = availableParallelism();
    this.queue = new BoundedQueue({ slots, maxWaiting: slots * WAITING_PER_SLOT });
    const { memoryKib, iterations } = config.passwordHash;
    this.scheme = `$argon2id$v=19$m=${String(memoryKib)},t=${String(iterations)},p=1$`;
  }

  override hash(password: string): Promise<string> {
    return this.queue.run(() => this.compute(password));
  }

  override async verify(digest: string | null, password: string, atLeastMs: number): Promise<boolean> {
    // Made outside the queue and awaited by whoever comes first: once in the life of a process.
    this.standIn ??= this.compute('the digest of nobody');
    const compared = digest ?? (await this.standIn);
    let startedAt = 0;
    const matches = await this.queue.run(() => {
      startedAt = performance.now();
      return this.compare(compared, password);
    });
    // A digest of another system is compared with each form: who types one that has two would see it take twice as long.
    const missingMs = startedAt + atLeastMs * formsOf(password).size - performance.now();
    if (missingMs > 0) await sleep(missingMs);
    return matches && digest !== null;
  }

  override measure(scheme: string): Promise<number> {
    return this.queue.run(async () => {
      const startedAt = performance.now();
      await spendOn(scheme);
      return performance.now() - startedAt;
    });
  }

  override needsRehash(digest: string): boolean {
    return !digest.startsWith(this.scheme);
  }

  override get load(): HasherLoad {
    return this.queue;
  }

  private compare(digest: string, password: string): Promise<boolean> {
    return this.needsRehash(digest)
      ? matchesForeign(digest, password)
      : verify(digest, password.normalize('NFKC'));
  }

  private compute(password: string): Promise<string> {
    const { memoryKib, iterations } = this.config.passwordHash;
    // Argon2id is the library's default algorithm; its enum does not survive isolated compilation.
    return hash(password.normalize('NFKC'), {
      memoryCost: memoryKib,
      timeCost: iterations,
      parallelism: 1,
    });
  }
}
