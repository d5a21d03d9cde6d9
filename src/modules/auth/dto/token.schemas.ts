import { z } from 'zod';
import { uuidField } from '../../../common/validation';

const EXAMPLE_TOKEN = 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln';

/** Members that OAuth does not know are ignored, as RFC 6749 §3.2 wants it; the hint is not needed. */
export const RevokeTokenBody = z
  .object({ token: z.string().min(1), token_type_hint: z.string().optional() })
  .meta({ id: 'RevokeTokenBody', examples: [{ token: EXAMPLE_TOKEN, token_type_hint: 'access_token' }] });
export type RevokeTokenBody = z.infer<typeof RevokeTokenBody>;

export const IntrospectTokenBody = z
  .object({ token: z.string().min(1), token_type_hint: z.string().optional() })
  .meta({ id: 'IntrospectTokenBody', examples: [{ token: EXAMPLE_TOKEN }] });
export type IntrospectTokenBody = z.infer<typeof IntrospectTokenBody>;

export const IntrospectionResponse = z
  .union([
    z.strictObject({
      active: z.literal(true),
      token_type: z.literal('Bearer'),
      iss: z.string(),
      aud: z.string(),
      sub: uuidField,
      jti: uuidField,
      sid: uuidField,
      iat: z.number().int(),
      exp: z.number().int(),
      auth_time: z.number().int(),
      acr: z.enum(['aal1', 'aal2']),
      amr: z.array(z.string()),
    }),
    z.strictObject({ active: z.literal(false) }),
  ])
  .meta({
    id: 'IntrospectionResponse',
    examples: [
      {
        active: true,
        token_type: 'Bearer',
        iss: 'https://identity.corp.example',
        aud: 'portcullis',
        sub: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
        jti: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d60',
        sid: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f',
        iat: 1769851800,
        exp: 1769852700,
        auth_time: 1769851800,
        acr: 'aal1',
        amr: ['pwd'],
      },
      { active: false },
    ],
  });
export type IntrospectionResponse = z.infer<typeof IntrospectionResponse>;
