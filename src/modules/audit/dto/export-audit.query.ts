import { z } from 'zod';
import { momentField } from './moment.field';

export const ExportAuditQuery = z
  .strictObject({
    from: momentField.optional().describe('The batches that hold something of this moment or later'),
    to: momentField.optional().describe('The batches that hold something from before this moment'),
  })
  .meta({ id: 'ExportAuditQuery', examples: [{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }] });
export type ExportAuditQuery = z.infer<typeof ExportAuditQuery>;
