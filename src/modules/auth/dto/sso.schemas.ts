import { z } from 'zod';

const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** What every sign-in through a browser begins with. */
export const ssoStartFields = {
  returnTo: z.string().min(1).max(2_000).describe('One of the registered addresses, character by character.'),
  codeChallenge: z
    .string()
    .regex(/^[\w-]{43}$/)
    .describe('RFC 7636 §4.2, S256: the verifier stays with the client until `POST /v1/auth/sso/exchange`.')
    .meta({ examples: [CODE_CHALLENGE] }),
};

export const SsoLogoutBody = z
  .strictObject({
    refreshToken: z.string().min(1).max(2_000).exactOptional(),
    returnTo: ssoStartFields.returnTo.describe(
      'Where the provider is left for: one of the registered addresses.',
    ),
  })
  .meta({
    id: 'SsoLogoutBody',
    examples: [
      {
        refreshToken: 'ptr_0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e_…',
        returnTo: 'https://app.example.com/signed-in',
      },
    ],
  });
export type SsoLogoutBody = z.infer<typeof SsoLogoutBody>;

export const SsoLogoutResponse = z
  .strictObject({
    logoutUrl: z
      .string()
      .nullable()
      .describe('Where to send the browser; null where there is no provider that it could be signed out at.'),
  })
  .meta({
    id: 'SsoLogout',
    examples: [{ logoutUrl: 'https://login.example.com/logout?client_id=portcullis' }],
  });
export type SsoLogoutResponse = z.infer<typeof SsoLogoutResponse>;

export const LoggedOutQuery = z
  .object({ state: z.string().min(1).max(1_000) })
  .meta({ id: 'LoggedOutQuery', examples: [{ state: 'mQd0…' }] });
export type LoggedOutQuery = z.infer<typeof LoggedOutQuery>;

/** The provider's name in addresses. */
export const providerSlugField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .meta({ examples: ['corporate'] });

export const SsoExchangeBody = z
  .strictObject({
    code: z.string().min(1).max(200),
    codeVerifier: z
      .string()
      .regex(/^[A-Za-z0-9._~-]{43,128}$/)
      .nullable()
      .describe('Null for a sign-in that began at the provider, and for no other.'),
  })
  .meta({
    id: 'SsoExchangeBody',
    examples: [{ code: 'mQd0…', codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }],
  });
export type SsoExchangeBody = z.infer<typeof SsoExchangeBody>;
