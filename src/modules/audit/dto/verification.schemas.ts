import { z } from 'zod';
import { DEFECTS } from '../verification/chain-verifier';
import { CheckpointResponse } from './checkpoint.response';

export const VerifyAuditBody = z
  .strictObject({
    fromSequence: z.number().int().min(1).optional(),
    toSequence: z.number().int().min(1).optional(),
    checkpoint: CheckpointResponse.optional().describe(
      'One that was kept elsewhere: without it, a chain that was cut off at its end cannot be told from a short one',
    ),
  })
  .meta({ id: 'VerifyAuditBody', examples: [{}, { fromSequence: 1, toSequence: 1_024 }] });
export type VerifyAuditBody = z.infer<typeof VerifyAuditBody>;

export const AuditVerdictResponse = z
  .strictObject({
    valid: z.boolean(),
    checked: z.number().int().describe('Events that are there as they were sealed'),
    unsealed: z.number().int().describe('Events that no checkpoint covers yet'),
    retired: z.number().int().describe('Events that retention took out'),
    firstBad: z.strictObject({ sequence: z.number().int(), reason: z.enum(DEFECTS) }).optional(),
    checkpoint: CheckpointResponse.nullable().describe('The last one that was reached'),
  })
  .meta({
    id: 'AuditVerdict',
    examples: [
      {
        valid: false,
        checked: 1_023,
        unsealed: 2,
        retired: 0,
        firstBad: { sequence: 1_024, reason: 'event_altered' },
        checkpoint: null,
      },
    ],
  });
export type AuditVerdictResponse = z.infer<typeof AuditVerdictResponse>;
