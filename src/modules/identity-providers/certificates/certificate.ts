import { X509Certificate, type KeyObject } from 'node:crypto';

const MS_PER_DAY = 86_400_000;
const MIN_RSA_BITS = 2_048;

export const STRONG_KEY = `an RSA key of ${MIN_RSA_BITS} bits or more`;

/** @throws Error when it is no certificate. */
export function parseCertificate(pem: string): X509Certificate {
  return new X509Certificate(pem);
}

/**
 * Whether its key is one by which we would believe a signature: RSA, as all of SAML here, of no less than what NIST
 * SP 800-131A allows. Who signed the certificate does not matter: an administrator vouches for it.
 *
 * @throws Error when it is no certificate.
 */
export function hasStrongKey(pem: string): boolean {
  const key = publicKeyOf(parseCertificate(pem));
  return key?.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
}

/** Null where it is of a kind that nobody here knows. */
function publicKeyOf(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey;
  } catch {
    return null;
  }
}

/** @throws Error when it is no certificate. */
export function endOf(pem: string): Date {
  return new Date(parseCertificate(pem).validTo);
}

/** Whole days until a certificate ends; negative where it has. */
export function daysLeft(end: Date, now: Date): number {
  return Math.floor((end.getTime() - now.getTime()) / MS_PER_DAY);
}

/** One certificate as PEM, from PEM or from the bare base64 of a metadata document. */
export function toPem(text: string): string {
  const base64 = text.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
