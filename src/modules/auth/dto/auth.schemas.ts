import { z } from 'zod';
import { loginNameField, passwordField, uuidField } from '../../../common/validation';

export const LoginBody = z
  .strictObject({
    username: loginNameField,
    password: passwordField,
  })
  .meta({ id: 'LoginBody', examples: [{ username: 'ada.lovelace', password: 'a long and quiet sentence' }] });
export type LoginBody = z.infer<typeof LoginBody>;

export const RefreshBody = z
  .strictObject({ refreshToken: z.string().min(1).max(2_000) })
  .meta({ id: 'RefreshBody', examples: [{ refreshToken: 'ptr_0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e_…' }] });
export type RefreshBody = z.infer<typeof RefreshBody>;

export const LogoutBody = z
  .strictObject({ refreshToken: z.string().min(1).max(2_000).optional() })
  .nullish()
  .meta({ id: 'LogoutBody', examples: [{ refreshToken: 'ptr_0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e_…' }] });
export type LogoutBody = z.infer<typeof LogoutBody>;

export const ChangeRequiredPasswordBody = z
  .strictObject({ challengeId: z.string().min(1).max(200), newPassword: passwordField })
  .meta({
    id: 'ChangeRequiredPasswordBody',
    examples: [{ challengeId: 'mQd0…', newPassword: 'a long and quiet sentence' }],
  });
export type ChangeRequiredPasswordBody = z.infer<typeof ChangeRequiredPasswordBody>;

export const ChangePasswordBody = z
  .strictObject({ currentPassword: passwordField, newPassword: passwordField })
  .meta({
    id: 'ChangePasswordBody',
    examples: [{ currentPassword: 'a long and quiet sentence', newPassword: 'another and longer sentence' }],
  });
export type ChangePasswordBody = z.infer<typeof ChangePasswordBody>;

export const AuthenticatedResponse = z
  .strictObject({
    status: z.literal('authenticated'),
    accessToken: z.string(),
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.number().int(),
    sessionId: uuidField,
  })
  .meta({
    id: 'Authenticated',
    examples: [
      {
        status: 'authenticated',
        accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
        refreshToken: 'ptr_0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e_…',
        tokenType: 'Bearer',
        expiresIn: 900,
        sessionId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
      },
    ],
  });
export type AuthenticatedResponse = z.infer<typeof AuthenticatedResponse>;

export const LoginResponse = z
  .union([
    AuthenticatedResponse,
    z.strictObject({
      status: z.literal('mfa_required').describe('Go on at `/v1/auth/mfa`.'),
      challengeId: z.string(),
      methods: z.array(z.enum(['totp', 'recovery_code'])),
    }),
    z.strictObject({
      status: z.literal('mfa_enrolment_required').describe('Go on at `/v1/users/me/mfa/totp`.'),
      challengeId: z.string(),
    }),
    z.strictObject({
      status: z.literal('password_change_required').describe('Go on at `/v1/auth/password/change-required`.'),
      challengeId: z.string(),
    }),
  ])
  .meta({
    id: 'LoginResponse',
    examples: [{ status: 'mfa_required', challengeId: 'mQd0…', methods: ['totp', 'recovery_code'] }],
  });
export type LoginResponse = z.infer<typeof LoginResponse>;

export const MeResponse = z
  .strictObject({
    subject: uuidField,
    username: z.string(),
    sessionId: uuidField,
    authTime: z.number().int(),
    acr: z.enum(['aal1', 'aal2']),
    amr: z.array(z.string()),
    permissions: z.array(z.string()),
  })
  .meta({
    id: 'Me',
    examples: [
      {
        subject: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
        username: 'ada.lovelace',
        sessionId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f',
        authTime: 1769851800,
        acr: 'aal1',
        amr: ['pwd'],
        permissions: ['users:read'],
      },
    ],
  });
export type MeResponse = z.infer<typeof MeResponse>;

export const JwksResponse = z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({
  id: 'Jwks',
  examples: [{ keys: [{ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid: 'k', x: 'x', y: 'y' }] }],
});
export type JwksResponse = z.infer<typeof JwksResponse>;
