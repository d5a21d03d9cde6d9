import { z } from 'zod';
import { defineKind, sharedConfigFields } from '../kind-definition';
import { clientKeyField, generateClientKey } from './client-key';

export const oidcKind = defineKind({
  fields: {
    ...sharedConfigFields,
    issuer: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      // OpenID Connect Discovery 1.0 §3. Accounts are found by issuer#subject, so there is one way to read that.
      .regex(/^[^?#]+$/, 'must have no query and no fragment')
      .describe('Exactly as discovery and tokens say it.'),
    clientId: z.string().min(1).max(500),
    clientAuthentication: z
      .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])
      .optional()
      .describe(
        'How we prove who we are at the token endpoint. Left out: by the secret, by Basic where the provider offers that.',
      ),
    assertionAudience: z
      .enum(['issuer', 'token_endpoint'])
      .default('issuer')
      .describe(
        'Whom the assertions of `private_key_jwt` are for. Some providers take none for their issuer.',
      ),
    scopes: z.array(z.string().min(1).max(100)).max(20).default(['openid', 'profile', 'email']),
    acrValues: z
      .array(z.string().regex(/^[\x21-\x7e]{1,200}$/))
      .max(10)
      .default([])
      .describe('Asked for as `acr_values`; an ID token whose `acr` is none of them is refused.'),
  },
  secretFields: {
    clientSecret: z.string().min(1).max(1_000).optional().meta({ format: 'password' }),
    clientKey: clientKeyField
      .optional()
      .describe(
        'Signs the assertions of `private_key_jwt`. Made here where it is left out, and anew for null.',
      ),
  },
  secretsGoTo: ['issuer'],
  id: 'OidcConfig',
  check: ({ clientAuthentication, clientSecret, clientKey }) => {
    const [field, credential] =
      clientAuthentication === 'private_key_jwt' ? ['clientKey', clientKey] : ['clientSecret', clientSecret];
    return credential === undefined ? [{ field, message: 'is what the provider knows us by' }] : [];
  },
  complete: async (config) =>
    config.clientAuthentication === 'private_key_jwt' && config.clientKey === undefined
      ? { ...config, clientKey: await generateClientKey() }
      : config,
});

export type OidcConfig = ReturnType<typeof oidcKind.parse>;
