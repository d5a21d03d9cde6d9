import { z } from 'zod';

/** The claims of our access tokens (RFC 9068 §2.2): identity and assurance, never roles or permissions. */
export const AccessClaims = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.uuid(),
  sid: z.uuid(),
  jti: z.uuid(),
  iat: z.int(),
  exp: z.int(),
  auth_time: z.int(),
  acr: z.enum(['aal1', 'aal2']),
  amr: z.array(z.string()).max(10),
  epoch: z.int(),
});
export type AccessClaims = z.infer<typeof AccessClaims>;

/** The media type in the header that keeps other kinds of JWT from being taken for one (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';
