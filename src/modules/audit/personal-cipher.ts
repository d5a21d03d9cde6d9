import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export const PERSONAL_KEY_BYTES = 32;

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES;

/**
 * Encrypts what tells something about a person: AES-256-GCM over JSON, so that every string comes back as it was.
 * `place` names the event and the column, and must be given again: a ciphertext moved elsewhere does not open.
 *
 * Layout: version (1 byte), nonce (12), ciphertext, tag (16).
 */
export function sealPersonal(key: Buffer, place: string, value: object): Buffer {
  const header = Buffer.concat([Buffer.of(VERSION), randomBytes(NONCE_BYTES)]);
  const cipher = createCipheriv('aes-256-gcm', key, header.subarray(1));
  cipher.setAAD(associatedData(place));
  return Buffer.concat([header, cipher.update(JSON.stringify(value)), cipher.final(), cipher.getAuthTag()]);
}

/** Null when the ciphertext was altered, or belongs to another key or place. */
export function openPersonal(key: Buffer, place: string, sealed: Buffer): object | null {
  if (sealed[0] !== VERSION || sealed.length < HEADER_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, HEADER_BYTES));
  decipher.setAAD(associatedData(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return JSON.parse(plaintext.toString()) as object;
}

function associatedData(place: string): Buffer {
  return Buffer.concat([Buffer.of(VERSION), Buffer.from(place)]);
}
