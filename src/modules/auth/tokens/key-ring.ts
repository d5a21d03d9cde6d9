import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { ChangeFeed, type ChangeSubscriber } from '../../../infrastructure/change-feed';
import { SecretBox } from '../../../infrastructure/crypto';
import { VerificationKey, type SigningKey } from './signing-key';
import { SIGNING_KEY_PURPOSE, SigningKeysRepository, type SigningKeyRow } from './signing-keys.repository';

/** Made-up key ids must not turn into reads of the database. */
const RELOAD_INTERVAL_MS = 30_000;

/** The keys in this process's memory: which one signs, and which ones a token may have been signed with. */
@Injectable()
export class KeyRing implements ChangeSubscriber {
  readonly kinds = ['signing-keys'] as const;
  private keys: ReadonlyMap<string, VerificationKey> = new Map();
  private signer: SigningKey | undefined;
  private loading: Promise<void> = Promise.resolve();
  private reloading: Promise<void> = Promise.resolve();
  private reloadableAt = -Infinity;

  constructor(
    private readonly repository: SigningKeysRepository,
    private readonly box: SecretBox,
    private readonly feed: ChangeFeed,
  ) {
    feed.subscribe(this);
  }

  get signingKey(): SigningKey {
    if (this.signer === undefined) throw new Error('No signing key is loaded');
    return this.signer;
  }

  /** The public keys in the order of their making (RFC 7517). */
  publicKeys(): JsonWebKey[] {
    return [...this.keys.values()].map(({ kid, algorithm, publicJwk }) => ({
      ...publicJwk,
      kid,
      alg: algorithm,
      use: 'sig',
    }));
  }

  /**
   * The key named `kid`. One that is unknown may have been made a moment ago elsewhere, so the ring is read again,
   * but not for each: all that come within the interval share one read.
   */
  async find(kid: string): Promise<VerificationKey | undefined> {
    return this.keys.get(kid) ?? (await this.reload()).get(kid);
  }

  rebuild(): Promise<void> {
    return this.load();
  }

  refresh(): Promise<void> {
    return this.load();
  }

  private async reload(): Promise<ReadonlyMap<string, VerificationKey>> {
    if (performance.now() >= this.reloadableAt || !this.feed.isFresh()) {
      this.reloadableAt = performance.now() + RELOAD_INTERVAL_MS;
      this.reloading = this.load().catch((error: unknown) => {
        this.reloadableAt = -Infinity;
        throw error;
      });
    }
    await this.reloading;
    return this.keys;
  }

  /** One load at a time: of two that overlap, the one that read first must not have the last word. */
  private load(): Promise<void> {
    const load = (): Promise<void> => this.apply();
    this.loading = this.loading.then(load, load);
    return this.loading;
  }

  private async apply(): Promise<void> {
    const rows = (await this.repository.findAll()).filter(({ status }) => status !== 'revoked');
    const keys = new Map(rows.map((row) => [row.kid, this.keys.get(row.kid) ?? verificationKey(row)]));
    for (const key of this.keys.values()) if (!keys.has(key.kid)) key.distrust();
    this.keys = keys;
    this.signer = undefined;
    const active = rows.find(({ status }) => status === 'active');
    if (active !== undefined) this.signer = this.open(active);
  }

  private open({ kid, algorithm, privateKeyCiphertext }: SigningKeyRow): SigningKey {
    const key = this.box.open(SIGNING_KEY_PURPOSE, privateKeyCiphertext, kid);
    return { kid, algorithm, privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }) };
  }
}

function verificationKey({ kid, algorithm, publicJwk }: SigningKeyRow): VerificationKey {
  return new VerificationKey(kid, algorithm, publicJwk);
}
