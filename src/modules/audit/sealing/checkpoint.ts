import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical-json';

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

/** So that no signature of ours under the same key ever means something else. */
const SIGNATURE_DOMAIN = 'portcullis-audit-checkpoint-v1\n';

export function checkpointHash(body: CheckpointBody): string {
  return createHash('sha256').update(signedText(body)).digest('hex');
}

/** Ed25519 (RFC 8032). */
export function signCheckpoint(body: CheckpointBody, privateKey: KeyObject): Checkpoint {
  return { ...body, signature: sign(null, Buffer.from(signedText(body)), privateKey).toString('hex') };
}

export function isSignedBy(checkpoint: Checkpoint, publicKey: KeyObject): boolean {
  const signature = Buffer.from(checkpoint.signature, 'hex');
  return verify(null, Buffer.from(signedText(checkpoint)), publicKey, signature);
}

function signedText(body: CheckpointBody): string {
  const { version, number, batchId, firstSequence, lastSequence, root, previous, sealedAt, kid } = body;
  const signed = { version, number, batchId, firstSequence, lastSequence, root, previous, sealedAt, kid };
  return SIGNATURE_DOMAIN + canonicalJson(signed);
}
