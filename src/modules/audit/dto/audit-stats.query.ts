import { z } from 'zod';
import { momentField } from './moment.field';

const MAX_DAYS = 31;

export const AuditStatsQuery = z
  .strictObject({
    from: momentField.describe('The earliest moment, inclusive'),
    to: momentField.describe(`The latest moment, exclusive, at most ${MAX_DAYS} days later`),
  })
  .refine(({ from, to }) => isWithin(Date.parse(to) - Date.parse(from)), {
    path: ['to'],
    message: `must be after "from", by at most ${MAX_DAYS} days`,
  })
  .meta({
    id: 'AuditStatsQuery',
    examples: [{ from: '2026-01-31T00:00:00Z', to: '2026-02-01T00:00:00Z' }],
  });
export type AuditStatsQuery = z.infer<typeof AuditStatsQuery>;

function isWithin(milliseconds: number): boolean {
  return milliseconds > 0 && milliseconds <= MAX_DAYS * 86_400_000;
}
