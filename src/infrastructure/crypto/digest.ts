import { createHash, randomBytes } from 'node:crypto';

/** For secrets of 256 random bits: they cannot be guessed, so a fast hash is enough to store them. */
export function sha256(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest();
}

/** 256 random bits in base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
