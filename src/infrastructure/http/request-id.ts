import { randomUUID } from 'node:crypto';

const TIMESTAMP_DIGITS = 12;
/** From the version's digit on, a UUIDv4 and a UUIDv7 have the same form. */
const AFTER_VERSION = 15;

/** A UUIDv7 (RFC 9562 §5.7), made of Node's buffered random bits: every request pays for one. */
export function newRequestId(): string {
  const time = Date.now().toString(16).padStart(TIMESTAMP_DIGITS, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(AFTER_VERSION)}`;
}
