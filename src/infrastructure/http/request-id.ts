import { randomUUID } from 'node:crypto';

const TIMESTAMP_DIGITS = 12;
/** Where the variant and the random bits after it begin. */
const VARIANT_AT = 19;
/** What fits into the twelve bits before the variant, in hexadecimal. */
const COUNTS: readonly string[] = Array.from({ length: 4_096 }, (_, count) =>
  count.toString(16).padStart(3, '0'),
);

let madeAt = NaN;
let count = 0;
let head = '';
let tail = '';

/**
 * A UUIDv7 (RFC 9562 §5.7), whose ids of one millisecond differ by a counter (§6.2, method 1): every request pays for
 * one, and only the first of its millisecond for random bits.
 */
export function newRequestId(): string {
  const now = Date.now();
  if (now !== madeAt || count === COUNTS.length) begin(now);
  return `${head}${COUNTS[count++]}${tail}`;
}

function begin(now: number): void {
  const time = now.toString(16).padStart(TIMESTAMP_DIGITS, '0');
  head = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  tail = randomUUID().slice(VARIANT_AT - 1);
  madeAt = now;
  count = 0;
}
