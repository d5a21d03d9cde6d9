import { z } from 'zod';
import { ssoStartFields } from './sso.schemas';

export const OidcLoginQuery = z
  .strictObject({
    ...ssoStartFields,
    loginHint: z.string().min(1).max(254).exactOptional(),
    maxAge: z.coerce
      .number()
      .int()
      .min(0)
      .max(31_536_000)
      .exactOptional()
      .describe('How many seconds ago the user may have proved who they are at the provider, at most.'),
    prompt: z
      .literal('login')
      .exactOptional()
      .describe('The user proves it anew, whoever is signed in there.'),
  })
  .meta({
    id: 'OidcLoginQuery',
    examples: [
      {
        returnTo: 'https://app.example.com/signed-in',
        codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      },
    ],
  });
export type OidcLoginQuery = z.infer<typeof OidcLoginQuery>;

const parameter = z.string().max(4_000).exactOptional();

/** What a provider may add beside these is left out. */
export const OidcCallbackQuery = z
  .object({ state: z.string().min(1).max(1_000), code: parameter, iss: parameter, error: parameter })
  .meta({ id: 'OidcCallbackQuery', examples: [{ state: 'x', code: 'y' }] });
export type OidcCallbackQuery = z.infer<typeof OidcCallbackQuery>;
