import { randomBytes } from 'node:crypto';
import { sha256 } from '../../../infrastructure/crypto';

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 16;
const GROUP = /.{4}(?=.)/g;

/** 80 random bits, in letters and digits that nobody takes for each other: `K7QM-2XWD-9FHT-C4RB`. */
export function mintRecoveryCode(): string {
  const characters = [...randomBytes(LENGTH)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return characters.join('').replace(GROUP, '$&-');
}

/**
 * What is stored of a code, and what it is found by, however its owner spaced it. A fast hash is enough: 80 bits
 * cannot be guessed (NIST SP 800-63B-4 §3.1.2.2 asks for a slow one below 64 alone). The user's id is the salt.
 */
export function hashRecoveryCode(userId: string, code: string): Buffer {
  return sha256(`${userId}.${code.replace(/[\s-]/g, '').toUpperCase()}`);
}
