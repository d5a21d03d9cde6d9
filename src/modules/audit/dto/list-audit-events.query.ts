import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { uuidField } from '../../../common/validation';
import { momentField } from './moment.field';

export const ListAuditEventsQuery = z
  .strictObject({
    actor: uuidField.optional().describe('Who did it'),
    target: z.string().min(1).max(200).optional().describe('The id of what it was done to'),
    action: z.string().min(1).max(100).optional().describe('The name of the event'),
    outcome: z.enum(['success', 'failure', 'denied']).optional(),
    from: momentField.optional().describe('The earliest moment, inclusive'),
    to: momentField.optional().describe('The latest moment, exclusive'),
    ip: z
      .union([z.ipv4(), z.ipv6()])
      .optional()
      .describe('The address it came from, within the year before `to` where there is no `from`'),
    requestId: uuidField.optional().describe('The `X-Request-Id` of the answer'),
    ...pageQueryFields,
  })
  .meta({
    id: 'ListAuditEventsQuery',
    examples: [{ action: 'sign_in.failed', outcome: 'failure', limit: 50 }],
  });
export type ListAuditEventsQuery = z.infer<typeof ListAuditEventsQuery>;
