import type { KeyObject } from 'node:crypto';
import { isTextSigned, signText } from './signed-text';

/**
 * What is signed when events of a batch are taken out because their time is over: which, and of which batch. It names
 * all that are gone from the batch, and so replaces the retirement before.
 */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is no FlatObject
export type RetirementBody = {
  readonly version: 1;
  /** The hash of the checkpoint of the batch, in hexadecimal. */
  readonly checkpoint: string;
  /** One bit an event in hexadecimal bytes, from the first event and from the lowest bit of each byte: set for gone. */
  readonly retired: string;
  readonly retiredAt: string;
  readonly kid: string;
};

export type Retirement = RetirementBody & { readonly signature: string };

export function signRetirement(body: RetirementBody, privateKey: KeyObject): Retirement {
  return { ...body, signature: signText('retirement', signed(body), privateKey) };
}

export function isRetirementSigned(retirement: Retirement, publicKey: KeyObject): boolean {
  return isTextSigned('retirement', signed(retirement), retirement.signature, publicKey);
}

/** The places in the batch, from 0 on, of what is gone. */
export function retiredPlaces(retirement: RetirementBody | null): ReadonlySet<number> {
  const places = new Set<number>();
  for (const [index, byte] of Buffer.from(retirement?.retired ?? '', 'hex').entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) places.add(8 * index + bit);
  }
  return places;
}

/** As `retired` has them, of a batch of `size` events. */
export function bitsOf(places: Iterable<number>, size: number): string {
  const bits = Buffer.alloc(Math.ceil(size / 8));
  for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  return bits.toString('hex');
}

/** Its members and no other. */
function signed({ version, checkpoint, retired, retiredAt, kid }: RetirementBody): RetirementBody {
  return { version, checkpoint, retired, retiredAt, kid };
}
