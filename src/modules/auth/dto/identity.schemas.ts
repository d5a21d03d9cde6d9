import { z } from 'zod';
import { timestampField } from '../../../common/validation';

const LinkedIdentityResponse = z
  .strictObject({
    provider: z.string().describe('The slug of the provider.'),
    name: z.string(),
    username: z.string().describe('As the provider last said it.'),
    linkedAt: timestampField,
    lastSeenAt: timestampField,
  })
  .meta({
    id: 'LinkedIdentity',
    examples: [
      {
        provider: 'corporate',
        name: 'Example Inc.',
        username: 'ada',
        linkedAt: '2026-01-31T09:30:00.000Z',
        lastSeenAt: '2026-01-31T09:30:00.000Z',
      },
    ],
  });
export type LinkedIdentityResponse = z.infer<typeof LinkedIdentityResponse>;

export const LinkedIdentitiesResponse = z
  .strictObject({ items: z.array(LinkedIdentityResponse) })
  .meta({ id: 'LinkedIdentities', examples: [{ items: [] }] });
export type LinkedIdentitiesResponse = z.infer<typeof LinkedIdentitiesResponse>;
