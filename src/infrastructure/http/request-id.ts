import { randomUUID } from 'node:crypto';

const TIMESTAMP_DIGITS = 12;
/** From the version's digit on, a UUIDv4 and a UUIDv7 have the same form. */
const AFTER_VERSION = 15;

let prefix = '';
let prefixedAt = NaN;

/** A UUIDv7 (RFC 9562 §5.7), made of Node's buffered random bits: every request pays for one. */
export function newRequestId(): string {
  const now = Date.now();
  if (now !== prefixedAt) {
    const time = now.toString(16).padStart(TIMESTAMP_DIGITS, '0');
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    prefixedAt = now;
  }
  return prefix + randomUUID().slice(AFTER_VERSION);
}
