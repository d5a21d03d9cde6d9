import { X509Certificate } from 'node:crypto';

const MS_PER_DAY = 86_400_000;

/** @throws Error when it is no certificate. */
export function parseCertificate(pem: string): X509Certificate {
  return new X509Certificate(pem);
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
