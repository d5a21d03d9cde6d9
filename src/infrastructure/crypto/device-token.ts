import { timingSafeEqual } from 'node:crypto';
import { randomToken } from './digest';
import type { SecretBox } from './secret-box';

const PURPOSE = 'device-token';
const FORM = /^ptd_([\w-]{43})_([\w-]{43})$/;

/** 256 random bits, and a mark by which it is told from a made-up one before anything is looked up. */
export function newDeviceToken(box: SecretBox): string {
  const random = randomToken();
  return `ptd_${random}_${box.authenticate(PURPOSE, random).toString('base64url')}`;
}

/** Whether `token` was made by {@link newDeviceToken}, for whomever and whenever. */
export function isDeviceToken(box: SecretBox, token: unknown): token is string {
  const [, random, mark] = (typeof token === 'string' ? FORM.exec(token) : null) ?? [];
  if (random === undefined || mark === undefined) return false;
  const claimed = Buffer.from(mark, 'base64url');
  return box.authenticateUnderAll(PURPOSE, random).some((right) => timingSafeEqual(right, claimed));
}
