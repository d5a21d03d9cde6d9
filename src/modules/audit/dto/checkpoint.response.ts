import { z } from 'zod';
import { pageOf, pageQueryFields } from '../../../common/http';
import { uuidField } from '../../../common/validation';

export const hashField = z.string().regex(/^[0-9a-f]{64}$/);
export const kidField = z.string().min(1).max(100);
export const signatureField = z
  .string()
  .regex(/^[0-9a-f]{128}$/)
  .describe('Ed25519');
export const countingNumber = z.number().int().min(1);
const EXAMPLE_HASH = 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125';

export const EXAMPLE_CHECKPOINT = {
  version: 1,
  number: 2,
  batchId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
  firstSequence: 1_000,
  lastSequence: 1_024,
  root: EXAMPLE_HASH,
  previous: EXAMPLE_HASH,
  sealedAt: '2026-01-31T09:30:00.123Z',
  kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  signature: EXAMPLE_HASH + EXAMPLE_HASH,
} as const;

export const CheckpointResponse = z
  .strictObject({
    version: z.literal(1),
    number: countingNumber,
    batchId: uuidField,
    firstSequence: countingNumber,
    lastSequence: countingNumber,
    root: hashField.describe('The Merkle tree hash of the events (RFC 9162 §2.1.1)'),
    previous: hashField.describe('The hash of the checkpoint before; zeros in the first'),
    sealedAt: z.iso.datetime(),
    kid: kidField,
    signature: signatureField,
  })
  .meta({
    id: 'AuditCheckpoint',
    examples: [EXAMPLE_CHECKPOINT],
  });
export type CheckpointResponse = z.infer<typeof CheckpointResponse>;

export const CheckpointPage = pageOf('AuditCheckpointPage', CheckpointResponse);
export type CheckpointPage = z.infer<typeof CheckpointPage>;

export const ListCheckpointsQuery = z
  .strictObject(pageQueryFields)
  .meta({ id: 'ListAuditCheckpointsQuery', examples: [{ limit: 50 }] });
export type ListCheckpointsQuery = z.infer<typeof ListCheckpointsQuery>;

export const AuditProofResponse = z
  .strictObject({
    record: z
      .record(z.string(), z.union([z.string(), z.number(), z.null()]))
      .describe('The event as it was sealed: its canonical form is the leaf'),
    leafIndex: z.number().int().min(0),
    treeSize: countingNumber,
    path: z.array(hashField).describe('The siblings up to the root, the nearest first (RFC 9162 §2.1.3)'),
    checkpoint: CheckpointResponse,
  })
  .meta({
    id: 'AuditProof',
    examples: [
      {
        record: {
          id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
          action: 'user.updated',
          reason: null,
          sequence: 1_024,
        },
        leafIndex: 1,
        treeSize: 2,
        path: [EXAMPLE_HASH],
        checkpoint: EXAMPLE_CHECKPOINT,
      },
    ],
  });
export type AuditProofResponse = z.infer<typeof AuditProofResponse>;

export const SealingKeysResponse = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('EdDSA'),
      }),
    ),
  })
  .meta({
    id: 'AuditPublicKeys',
    examples: [
      {
        keys: [
          {
            kty: 'OKP',
            crv: 'Ed25519',
            x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
            kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
            use: 'sig',
            alg: 'EdDSA',
          },
        ],
      },
    ],
  });
export type SealingKeysResponse = z.infer<typeof SealingKeysResponse>;
