import {
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { promisify } from 'node:util';
import { jwkThumbprint } from '../../../infrastructure/crypto';

/** RFC 7518 §3.1. What a key signs with is decided when it is made, never by the token. */
export type SigningAlgorithm = 'ES256' | 'RS256';

export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
}

/** A public key of the ring. Whoever holds on to it sees at once that the ring has given it up. */
export class VerificationKey {
  readonly publicKey: KeyObject;
  private trusted = true;

  constructor(
    readonly kid: string,
    readonly algorithm: SigningAlgorithm,
    readonly publicJwk: JsonWebKey,
  ) {
    this.publicKey = createPublicKey({ key: publicJwk, format: 'jwk' });
  }

  get isTrusted(): boolean {
    return this.trusted;
  }

  distrust(): void {
    this.trusted = false;
  }
}

export interface GeneratedKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: JsonWebKey;
  readonly pkcs8: Buffer;
}

const generate = promisify(generateKeyPair);

export async function generateSigningKey(algorithm: SigningAlgorithm): Promise<GeneratedKey> {
  const { publicKey, privateKey } = await generatePair(algorithm);
  const publicJwk = publicKey.export({ format: 'jwk' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  return { kid: jwkThumbprint(publicJwk), algorithm, publicJwk, pkcs8 };
}

function generatePair(algorithm: SigningAlgorithm): Promise<KeyPairKeyObjectResult> {
  return algorithm === 'ES256'
    ? generate('ec', { namedCurve: 'P-256' })
    : generate('rsa', { modulusLength: 2_048 });
}
