import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson, type FlatObject } from './canonical-json';

/** What the keys of the trail sign. The kind is part of the text: no signature of one means another. */
export type SignedKind = 'checkpoint' | 'retirement' | 'export';

/** Ed25519 (RFC 8032), in hexadecimal. */
export function signText(kind: SignedKind, body: FlatObject, privateKey: KeyObject): string {
  return sign(null, Buffer.from(signedText(kind, body)), privateKey).toString('hex');
}

export function isTextSigned(
  kind: SignedKind,
  body: FlatObject,
  signature: string,
  publicKey: KeyObject,
): boolean {
  return verify(null, Buffer.from(signedText(kind, body)), publicKey, Buffer.from(signature, 'hex'));
}

/** SHA-256, in hexadecimal. */
export function hashText(kind: SignedKind, body: FlatObject): string {
  return createHash('sha256').update(signedText(kind, body)).digest('hex');
}

function signedText(kind: SignedKind, body: FlatObject): string {
  return `portcullis-audit-${kind}-v1\n${canonicalJson(body)}`;
}
