import { z } from 'zod';
import { defineKind, sharedConfigFields } from '../kind-definition';

export const oidcKind = defineKind({
  fields: {
    ...sharedConfigFields,
    issuer: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .describe('Exactly as discovery and tokens say it.'),
    clientId: z.string().min(1).max(500),
    scopes: z.array(z.string().min(1).max(100)).max(20).default(['openid', 'profile', 'email']),
  },
  secretFields: { clientSecret: z.string().min(1).max(1_000).meta({ format: 'password' }) },
  secretsGoTo: ['issuer'],
  id: 'OidcConfig',
});

export type OidcConfig = ReturnType<typeof oidcKind.parse>;
