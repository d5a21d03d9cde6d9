import { z } from 'zod';
import { emailField } from '../../../common/validation';

export const LoginProvidersQuery = z
  .strictObject({
    email: emailField
      .optional()
      .describe('Answers only the provider of its domain, whether or not there is such an account.'),
  })
  .meta({ id: 'LoginProvidersQuery', examples: [{ email: 'ada@example.com' }] });
export type LoginProvidersQuery = z.infer<typeof LoginProvidersQuery>;

export const LoginProvidersResponse = z
  .strictObject({
    items: z.array(
      z.strictObject({ slug: z.string(), name: z.string(), kind: z.enum(['ldap', 'saml', 'oidc']) }),
    ),
  })
  .meta({
    id: 'LoginProviders',
    examples: [{ items: [{ slug: 'corporate', name: 'Example Inc.', kind: 'ldap' }] }],
  });
export type LoginProvidersResponse = z.infer<typeof LoginProvidersResponse>;
