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
    acrValues: z
      .array(z.string().regex(/^[\x21-\x7e]{1,200}$/))
      .max(10)
      .default([])
      .describe('Asked for as `acr_values`; an ID token whose `acr` is none of them is refused.'),
  },
  secretFields: { clientSecret: z.string().min(1).max(1_000).meta({ format: 'password' }) },
  secretsGoTo: ['issuer'],
  id: 'OidcConfig',
});

export type OidcConfig = ReturnType<typeof oidcKind.parse>;
