import { z } from 'zod';
import { publicReasonField, timestampField, uuidField } from '../../../common/validation';

export const EraseUserBody = z
  .strictObject({
    reason: publicReasonField,
  })
  .meta({ id: 'EraseUserBody', examples: [{ reason: 'request under GDPR article 17, case 4711' }] });
export type EraseUserBody = z.infer<typeof EraseUserBody>;

export const PersonalDataResponse = z
  .strictObject({
    subject: uuidField,
    exportedAt: timestampField,
    sections: z
      .record(z.string(), z.unknown())
      .describe('What each part of the service keeps: account, sessions, assignments, groups, auditEvents'),
  })
  .meta({
    id: 'PersonalData',
    examples: [
      {
        subject: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
        exportedAt: '2026-01-31T09:30:00.000Z',
        sections: { account: { username: 'ada.lovelace' }, sessions: [], assignments: [], groups: [] },
      },
    ],
  });
export type PersonalDataResponse = z.infer<typeof PersonalDataResponse>;
