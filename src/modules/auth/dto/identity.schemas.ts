import { z } from 'zod';
import { timestampField } from '../../../common/validation';
import { ssoStartFields } from './sso.schemas';

const LinkedIdentityResponse = z
  .strictObject({
    provider: z.string().describe('The slug of the provider.'),
    name: z.string(),
    enabled: z.boolean().describe('While its provider is disabled nobody signs in by it.'),
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
        enabled: true,
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

const RETURN_TO = 'https://identity.example.com/account';

export const StartLinkingBody = z
  .strictObject({ returnTo: ssoStartFields.returnTo })
  .meta({ id: 'StartLinkingBody', examples: [{ returnTo: RETURN_TO }] });
export type StartLinkingBody = z.infer<typeof StartLinkingBody>;

export const StartedLinkingResponse = z
  .strictObject({
    url: z.string().describe('Where the browser must go now.'),
    fields: z
      .record(z.string(), z.string())
      .nullable()
      .describe('To be posted there as a form; null where the browser simply goes there.'),
  })
  .meta({
    id: 'StartedLinking',
    examples: [{ url: 'https://login.example.com/authorize?client_id=portcullis&state=x', fields: null }],
  });
export type StartedLinkingResponse = z.infer<typeof StartedLinkingResponse>;
