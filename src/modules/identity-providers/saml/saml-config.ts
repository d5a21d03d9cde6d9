import { z } from 'zod';
import { defineKind, sharedConfigFields } from '../kind-definition';

export const samlKind = defineKind({
  fields: {
    ...sharedConfigFields,
    entityId: z.string().min(1).max(1_000).describe('The issuer that every answer must name.'),
    ssoUrl: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .describe('Where sign-ins begin.'),
    certificates: z.array(z.string().max(20_000)).min(1).max(5).describe('PEM; several during a rollover.'),
    allowIdpInitiated: z.boolean().default(false),
  },
  secretFields: { decryptionKey: z.string().max(20_000).optional().meta({ format: 'password' }) },
  secretsGoTo: [],
  id: 'SamlConfig',
});

export type SamlConfig = ReturnType<typeof samlKind.parse>;
