import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { jwkThumbprint } from '../../../infrastructure/crypto';

const MIN_RSA_BITS = 2_048;
const MAX_PEM_LENGTH = 20_000;

/** What a key signs with (RFC 7518 §3.1, RFC 8037). RSA by PKCS #1 v1.5: what every provider takes. */
type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

export const clientKeyField = z
  .strictObject({
    privateKeyPem: z
      .string()
      .max(MAX_PEM_LENGTH)
      .refine(
        (pem) => parsed(() => algorithmOf(createPrivateKey(pem))) !== null,
        `must be an RSA key of ${MIN_RSA_BITS} bits or more, or one of P-256 or Ed25519, as PEM, not encrypted`,
      ),
    certificatePem: z
      .string()
      .max(MAX_PEM_LENGTH)
      .optional()
      .describe('Where the provider knows our key by a certificate of it.'),
  })
  .refine(
    ({ privateKeyPem, certificatePem: pem }) =>
      pem === undefined ||
      parsed(() => new X509Certificate(pem).checkPrivateKey(createPrivateKey(privateKeyPem))) === true,
    'must be a key and the certificate of the same key',
  );

/** By which we prove to a provider that we are its client. */
export type ClientKey = z.output<typeof clientKeyField>;

/** A public key of ours, as providers read it (RFC 7517). */
export interface ClientJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly use: 'sig';
}

export async function generateClientKey(): Promise<ClientKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MIN_RSA_BITS });
  return { privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

export function publicJwkOf({ privateKeyPem }: ClientKey): ClientJwk {
  const key = createPrivateKey(privateKeyPem);
  const alg = algorithmOf(key);
  if (alg === null) throw new TypeError('This key signs nothing');
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return { ...jwk, kid: jwkThumbprint(jwk), alg, use: 'sig' };
}

function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): Algorithm | null {
  if (type === 'rsa') return (details?.modulusLength ?? 0) < MIN_RSA_BITS ? null : 'RS256';
  if (type === 'ec') return details?.namedCurve === 'prime256v1' ? 'ES256' : null;
  return type === 'ed25519' ? 'EdDSA' : null;
}

/** Null where it throws. */
function parsed<T>(attempt: () => T): T | null {
  try {
    return attempt();
  } catch {
    return null;
  }
}
