import { z } from 'zod';
import { unreadableField } from './audit-event.response';
import { CheckpointResponse, EXAMPLE_CHECKPOINT } from './checkpoint.response';

const countField = z.number().int().min(0);

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
      version: z.literal(1),
      isFromFirst: z.boolean().describe('Whether the export begins with checkpoint 1'),
    }),
    z.strictObject({
      kind: z.literal('checkpoint'),
      checkpoint: CheckpointResponse,
      leaves: z
        .string()
        .regex(/^([0-9a-f]{64})+$/)
        .describe('The hashes of the events, one after the other'),
      month: z.iso.date().describe('The first day of the month of the events'),
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
      retired: z.record(z.iso.date(), countField).describe('How many events retention took out, by month'),
    }),
  ])
  .describe(
    'One line of NDJSON: a header; each batch as its checkpoint, then its events; the end. Without that the export was cut off.',
  )
  .meta({
    id: 'AuditExportLine',
    examples: [
      EXAMPLE_EVENT,
      { kind: 'header', version: 1, isFromFirst: true },
      {
        kind: 'checkpoint',
        checkpoint: EXAMPLE_CHECKPOINT,
        leaves: EXAMPLE_CHECKPOINT.root,
        month: '2026-01-01',
      },
      { kind: 'end', events: 25, unsealed: 0, retired: {} },
    ],
  });
