import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ChangeFeed, type ChangeSubscriber } from '../../../infrastructure/change-feed';
import { SecretBox } from '../../../infrastructure/crypto';
import { SigningKeysRepository, type SigningKeyRow } from './signing-keys.repository';

const PURPOSE = 'signing-key';

export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningKeyRow['algorithm'];
  readonly privateKey: KeyObject;
}

export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: SigningKeyRow['algorithm'];
  readonly publicKey: KeyObject;
  readonly publicJwk: JsonWebKey;
}

/** The key ring: which key signs, and which keys a token may have been signed with. */
@Injectable()
export class SigningKeysService implements ChangeSubscriber {
  readonly kinds = ['signing-keys'] as const;
  private active: SigningKey | undefined;
  private verification = new Map<string, VerificationKey>();

  constructor(
    private readonly keys: SigningKeysRepository,
    private readonly box: SecretBox,
    feed: ChangeFeed,
  ) {
    feed.subscribe(this);
  }

  get signingKey(): SigningKey {
    if (this.active === undefined) throw new Error('The signing keys are not loaded yet');
    return this.active;
  }

  findVerificationKey(kid: string): VerificationKey | undefined {
    return this.verification.get(kid);
  }

  /** The public keys in the order of their making (RFC 7517). */
  publicKeys(): JsonWebKey[] {
    return [...this.verification.values()].map(({ kid, algorithm, publicJwk }) => ({
      ...publicJwk,
      kid,
      alg: algorithm,
      use: 'sig',
    }));
  }

  async rebuild(): Promise<void> {
    let rows = await this.keys.findAll();
    if (!rows.some(({ status }) => status === 'active')) {
      await this.keys.insertActive(this.generate());
      rows = await this.keys.findAll();
    }
    this.verification = new Map(rows.map((row) => [row.kid, toVerificationKey(row)]));
    const active = rows.find(({ status }) => status === 'active');
    this.active = active && this.open(active);
  }

  refresh(): Promise<void> {
    return this.rebuild();
  }

  private generate(): Omit<SigningKeyRow, 'status'> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicJwk = publicKey.export({ format: 'jwk' });
    const kid = thumbprint(publicJwk);
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    return { kid, algorithm: 'ES256', publicJwk, privateKeyCiphertext: this.box.seal(PURPOSE, pkcs8, kid) };
  }

  private open({ kid, algorithm, privateKeyCiphertext }: SigningKeyRow): SigningKey {
    const key = this.box.open(PURPOSE, privateKeyCiphertext, kid);
    return { kid, algorithm, privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }) };
  }
}

function toVerificationKey({ kid, algorithm, publicJwk }: SigningKeyRow): VerificationKey {
  return { kid, algorithm, publicJwk, publicKey: createPublicKey({ key: publicJwk, format: 'jwk' }) };
}

/** RFC 7638: the hash of the key's required members in lexicographic order. */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
