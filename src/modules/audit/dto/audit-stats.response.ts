import { z } from 'zod';
import { timestampField } from '../../../common/validation';

export const AuditStatsResponse = z
  .strictObject({
    signIns: z
      .array(
        z.strictObject({
          hour: timestampField.describe('When the hour began'),
          method: z.string().describe('By RFC 8176, several joined with "+"'),
          outcome: z.string().describe('`success`, or the reason of the refusal'),
          count: z.number().int(),
        }),
      )
      .describe('By hour, method and outcome; hours without any are left out'),
    refusalSources: z
      .array(
        z.strictObject({
          ip: z.string().nullable().describe('Null where erased or unreadable'),
          count: z.number().int(),
        }),
      )
      .describe('Where most failures and denials came from'),
  })
  .meta({
    id: 'AuditStats',
    examples: [
      {
        signIns: [
          { hour: '2026-01-31T09:00:00Z', method: 'pwd', outcome: 'success', count: 412 },
          { hour: '2026-01-31T09:00:00Z', method: 'pwd', outcome: 'wrong_password', count: 17 },
          { hour: '2026-01-31T10:00:00Z', method: 'pwd+otp', outcome: 'success', count: 96 },
        ],
        refusalSources: [
          { ip: '192.0.2.7', count: 14 },
          { ip: null, count: 2 },
        ],
      },
    ],
  });
export type AuditStatsResponse = z.infer<typeof AuditStatsResponse>;
