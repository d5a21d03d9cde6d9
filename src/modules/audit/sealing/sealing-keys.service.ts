import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { jwkThumbprint, SecretBox } from '../../../infrastructure/crypto';
import { SEALING_KEY_PURPOSE, SealingKeysRepository, type StoredSealingKey } from './sealing-keys.repository';

export interface SealingKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** RFC 8037 §2. */
export interface SealingJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

/** Anybody may ask for them, as often as they like. One that another process makes is missing for so long. */
const PUBLIC_KEYS_TTL_MS = 10_000;

/** The keys that sign checkpoints. An installation has one; several only where two were made at once. */
@Injectable()
export class SealingKeysService {
  private readonly published = new LRUCache<'keys', readonly SealingJwk[]>({
    max: 1,
    ttl: PUBLIC_KEYS_TTL_MS,
    fetchMethod: () => this.readPublicJwks(),
  });

  constructor(
    private readonly keys: SealingKeysRepository,
    private readonly box: SecretBox,
  ) {}

  /** The key that signs, made where there is none yet. */
  async current(): Promise<SealingKey> {
    const key = (await this.trusted()).at(-1);
    return key ?? this.create();
  }

  /**
   * The keys that this installation made. Whoever can write the table but has no root secret makes no key that is
   * among them: the public part is derived from the sealed private one.
   */
  async trusted(): Promise<SealingKey[]> {
    return (await this.keys.findAll()).flatMap((stored) => this.open(stored) ?? []);
  }

  async publicJwks(): Promise<readonly SealingJwk[]> {
    return (await this.published.fetch('keys')) ?? [];
  }

  /** Undefined, which is not remembered, before the first key is made. */
  private async readPublicJwks(): Promise<readonly SealingJwk[] | undefined> {
    const trusted = await this.trusted();
    if (trusted.length === 0) return undefined;
    return trusted.map(({ kid, publicKey }) => {
      const { x = '' } = publicKey.export({ format: 'jwk' });
      return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
    });
  }

  private async create(): Promise<SealingKey> {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const kid = jwkThumbprint(publicKey.export({ format: 'jwk' }));
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    const ciphertext = this.box.seal(SEALING_KEY_PURPOSE, pkcs8, kid);
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    await this.keys.insert({ kid, publicKey: spki, ciphertext });
    return { kid, privateKey, publicKey };
  }

  /** Null for a key that was not made here, or under a root secret that is gone. */
  private open({ kid, ciphertext }: StoredSealingKey): SealingKey | null {
    try {
      const pkcs8 = this.box.open(SEALING_KEY_PURPOSE, ciphertext, kid);
      const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
      const publicKey = createPublicKey(privateKey);
      return jwkThumbprint(publicKey.export({ format: 'jwk' })) === kid
        ? { kid, privateKey, publicKey }
        : null;
    } catch {
      return null;
    }
  }
}
