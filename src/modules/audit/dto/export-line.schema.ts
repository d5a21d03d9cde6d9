import { z } from 'zod';
import { unreadableField } from './audit-event.response';
import {
  countingNumber,
  CheckpointResponse,
  EXAMPLE_CHECKPOINT,
  hashField,
  kidField,
  signatureField,
} from './checkpoint.response';

const countField = z.number().int().min(0);

const RetirementField = z.strictObject({
  version: z.literal(1),
  checkpoint: hashField.describe('The hash of the checkpoint of the batch'),
  retired: z
    .string()
    .regex(/^([0-9a-f]{2})+$/)
    .describe('One bit an event, from the lowest bit of the first byte on: set where it is gone'),
  retiredAt: z.iso.datetime(),
  kid: kidField,
  signature: signatureField,
});

const HeaderField = z
  .strictObject({
    version: z.literal(1),
    from: z.iso.datetime({ offset: true }).nullable().describe('What was asked for'),
    to: z.iso.datetime({ offset: true }).nullable(),
    firstCheckpoint: countingNumber.nullable().describe('The number of the first checkpoint; null for none'),
    lastCheckpoint: countingNumber.nullable(),
    firstSequence: countingNumber.nullable(),
    lastSequence: countingNumber.nullable(),
    exportedAt: z.iso.datetime(),
    kid: kidField,
    signature: signatureField,
  })
  .describe('What the export is of, signed: without any of it the export was cut');

const EXAMPLE_HEADER = {
  version: 1,
  from: null,
  to: null,
  firstCheckpoint: 1,
  lastCheckpoint: 2,
  firstSequence: 1,
  lastSequence: 1_024,
  exportedAt: '2026-01-31T09:30:00.123Z',
  kid: EXAMPLE_CHECKPOINT.kid,
  signature: EXAMPLE_CHECKPOINT.signature,
} as const;

const EXAMPLE_EVENT = {
  kind: 'event',
  record: {
    id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
    action: 'user.updated',
    actorPersonal: '01fac54203e7cc',
    reason: null,
    sequence: 1_024,
  },
  personal: { actor: { ip: '192.0.2.7', userAgent: 'curl/8.5.0' } },
} as const;

/** One line of an export, for whoever reads it. What the lines mean together is in docs/guides/audit.md. */
export const AuditExportLine = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('header'),
      header: HeaderField,
    }),
    z.strictObject({
      kind: z.literal('checkpoint'),
      checkpoint: CheckpointResponse,
      leaves: z
        .string()
        .regex(/^([0-9a-f]{64})+$/)
        .describe('The hashes of the events, one after the other'),
      retirement: RetirementField.nullable().describe('What was taken out of the batch; null for nothing'),
    }),
    z.strictObject({
      kind: z.literal('event'),
      record: z
        .record(z.string(), z.union([z.string(), z.number(), z.null()]))
        .describe('The event as it was sealed: its canonical form is the leaf'),
      personal: z
        .strictObject({ actor: z.unknown().optional(), target: z.unknown().optional() })
        .optional()
        .describe('What could be decrypted of the record'),
      unreadable: unreadableField,
    }),
    z.strictObject({
      kind: z.literal('end'),
      events: countField,
      unsealed: countField.describe('Events that no checkpoint covers yet'),
    }),
  ])
  .describe('One line of NDJSON: a signed header; each batch as its checkpoint, then its events; the end.')
  .meta({
    id: 'AuditExportLine',
    examples: [
      EXAMPLE_EVENT,
      { kind: 'header', header: EXAMPLE_HEADER },
      {
        kind: 'checkpoint',
        checkpoint: EXAMPLE_CHECKPOINT,
        leaves: EXAMPLE_CHECKPOINT.root,
        retirement: null,
      },
      { kind: 'end', events: 25, unsealed: 0 },
    ],
  });
