import type { KeyObject } from 'node:crypto';
import { isTextSigned, signText } from '../sealing/signed-text';

/** What an export is of. Signed, so that one that was cut at either end is told from one of a shorter range. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is no FlatObject
export type ExportHeaderBody = {
  readonly version: 1;
  /** What was asked for, in RFC 3339; null for no bound. */
  readonly from: string | null;
  readonly to: string | null;
  /** The numbers of the first and the last checkpoint in it, and the sequences; null where it holds none. */
  readonly firstCheckpoint: number | null;
  readonly lastCheckpoint: number | null;
  readonly firstSequence: number | null;
  readonly lastSequence: number | null;
  readonly exportedAt: string;
  readonly kid: string;
};

export type ExportHeader = ExportHeaderBody & { readonly signature: string };

export function signHeader(body: ExportHeaderBody, privateKey: KeyObject): ExportHeader {
  return { ...body, signature: signText('export', body, privateKey) };
}

export function isHeaderSigned({ signature, ...body }: ExportHeader, publicKey: KeyObject): boolean {
  return isTextSigned('export', body, signature, publicKey);
}
