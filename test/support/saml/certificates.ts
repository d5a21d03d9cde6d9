import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface TestKeyPair {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

const DAY_MS = 86_400_000;
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTC_TIME = 0x17;
const UTF8_STRING = 0x0c;
/** `sha256WithRSAEncryption` (RFC 4055 §5) without parameters, and `commonName` (X.520). */
const SHA256_WITH_RSA = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** A self-signed certificate (X.509 version 1: RFC 5280 §4.1) for a key that is new, RSA and strong unless told. */
export function makeKeyPair(
  days = 90,
  { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 }),
): TestKeyPair {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from('test')))));
  const now = Date.now();
  const toBeSigned = der(
    SEQUENCE,
    der(INTEGER, Buffer.from([1]), randomBytes(8)),
    SHA256_WITH_RSA,
    name,
    der(SEQUENCE, utcTime(now - DAY_MS), utcTime(now + days * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = der(
    SEQUENCE,
    toBeSigned,
    SHA256_WITH_RSA,
    der(BIT_STRING, Buffer.from([0]), signature),
  );
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length.toString(16).padStart(2, '0');
  const digits = Buffer.from(length.length % 2 === 0 ? length : `0${length}`, 'hex');
  const head = body.length < 0x80 ? digits : Buffer.from([0x80 | digits.length, ...digits]);
  return Buffer.concat([Buffer.from([tag]), head, body]);
}

function utcTime(at: number): Buffer {
  return der(UTC_TIME, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}
