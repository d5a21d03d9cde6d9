import { z } from 'zod';
import { ssoStartFields } from './sso.schemas';

export const SamlLoginQuery = z.strictObject(ssoStartFields).meta({
  id: 'SamlLoginQuery',
  examples: [
    {
      returnTo: 'https://app.corp.example/signed-in',
      codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    },
  ],
});
export type SamlLoginQuery = z.infer<typeof SamlLoginQuery>;

/** SAML bindings §3.5.3. Providers add fields of their own, which are not looked at. */
export const SamlResponseBody = z
  .object({
    SAMLResponse: z.string().min(1).describe('The response, in base64.'),
    RelayState: z
      .string()
      .max(2_000)
      .optional()
      .describe(
        'As it was with the request. Without one: a registered address to return to, or whatever else.',
      ),
  })
  .meta({
    id: 'SamlResponseBody',
    examples: [{ SAMLResponse: 'PHNhbWxwOlJlc3BvbnNlPi4uLg==', RelayState: 'pQ0…' }],
  });
export type SamlResponseBody = z.infer<typeof SamlResponseBody>;
