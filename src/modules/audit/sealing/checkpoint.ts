import type { KeyObject } from 'node:crypto';
import { hashText, isTextSigned, signText } from './signed-text';

/** What is signed of a batch. Hashes are in hexadecimal; `previous` is that of the checkpoint before, or zeros. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is no FlatObject
export type CheckpointBody = {
  readonly version: 1;
  readonly number: number;
  readonly batchId: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly root: string;
  readonly previous: string;
  readonly sealedAt: string;
  readonly kid: string;
};

export type Checkpoint = CheckpointBody & { readonly signature: string };

export const NO_CHECKPOINT_BEFORE = '0'.repeat(64);

export function checkpointHash(body: CheckpointBody): string {
  return hashText('checkpoint', signed(body));
}

export function signCheckpoint(body: CheckpointBody, privateKey: KeyObject): Checkpoint {
  return { ...body, signature: signText('checkpoint', signed(body), privateKey) };
}

export function isCheckpointSigned(checkpoint: Checkpoint, publicKey: KeyObject): boolean {
  return isTextSigned('checkpoint', signed(checkpoint), checkpoint.signature, publicKey);
}

/** Its members and no other. */
function signed(body: CheckpointBody): CheckpointBody {
  const { version, number, batchId, firstSequence, lastSequence, root, previous, sealedAt, kid } = body;
  return { version, number, batchId, firstSequence, lastSequence, root, previous, sealedAt, kid };
}
