import { timingSafeEqual } from 'node:crypto';
import { randomToken, SecretBox } from '../../infrastructure/crypto';

const PURPOSE = 'refresh-token';
const SUCCESSOR_PURPOSE = 'refresh-token-successor';
const FORM = /^ptr_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{43})$/;

/**
 * `ptr_<session id>_<256 random bits><MAC>`. The prefix lets secret scanners find it; the session id finds its row
 * by primary key. The MAC tells a token that we once issued from one that somebody made up: only the first, when
 * spent, means theft. So no spent token has to be kept, and nobody can end a session by guessing at it.
 */
export function mintRefreshToken(box: SecretBox, sessionId: string): string {
  const secret = randomToken();
  return `ptr_${sessionId}_${secret}${macOf(box.authenticate(PURPOSE, `${sessionId}.${secret}`))}`;
}

/** The session that `token` belongs to; null when the token is not one of ours to the last character. */
export function sessionOfRefreshToken(box: SecretBox, token: string): string | null {
  const [, sessionId, secret, mac] = FORM.exec(token) ?? [];
  if (sessionId === undefined || secret === undefined || mac === undefined) return null;
  const presented = Buffer.from(mac);
  const expected = box.authenticateUnderAll(PURPOSE, `${sessionId}.${secret}`);
  return expected.some((digest) => timingSafeEqual(Buffer.from(macOf(digest)), presented)) ? sessionId : null;
}

/** Encrypts `successor` so that only who brings `spent`, of which nothing but a hash is kept, can read it. */
export function sealSuccessor(spent: string, successor: string): Buffer {
  return new SecretBox([spent]).seal(SUCCESSOR_PURPOSE, Buffer.from(successor));
}

/** @throws SecretBoxError when `sealed` was not made for `spent`. */
export function openSuccessor(spent: string, sealed: Buffer): string {
  return new SecretBox([spent]).open(SUCCESSOR_PURPOSE, sealed).toString();
}

function macOf(digest: Buffer): string {
  return digest.toString('base64url');
}
