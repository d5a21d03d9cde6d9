import { z } from 'zod';
import { timestampField, uuidField } from '../../../common/validation';

/** The form only: six digits of an authenticator app, or a recovery code as its owner typed it. */
export const codeField = z
  .string()
  .min(1)
  .max(64)
  .meta({ examples: ['287082'] });

export const challengeIdField = z
  .string()
  .min(1)
  .max(200)
  .meta({ examples: ['mQd0Yk3vT1nq…'] });

/** A new access token of a session that goes on. */
export const RenewedToken = {
  status: z.literal('authenticated'),
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.number().int(),
  sessionId: uuidField,
} as const;

export const RENEWED_TOKEN_EXAMPLE = {
  status: 'authenticated',
  accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  tokenType: 'Bearer',
  expiresIn: 900,
  sessionId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
} as const;

const recoveryCodesField = z
  .array(z.string())
  .length(10)
  .describe('Each good once. Shown only now; keep them where the phone is not.');
const RECOVERY_CODES_EXAMPLE = Array.from({ length: 10 }, () => 'K7QM-2XWD-9FHT-C4RB');

export const MfaBody = z
  .strictObject({
    challengeId: challengeIdField,
    method: z.enum(['totp', 'recovery_code']),
    code: codeField,
  })
  .meta({ id: 'MfaBody', examples: [{ challengeId: 'mQd0…', method: 'totp', code: '287082' }] });
export type MfaBody = z.infer<typeof MfaBody>;

export const BeginTotpEnrolmentBody = z
  .strictObject({
    challengeId: challengeIdField
      .optional()
      .describe('Of an `mfa_enrolment_required` answer, in place of an access token.'),
  })
  .nullish()
  .meta({ id: 'BeginTotpEnrolmentBody', examples: [{}] });
export type BeginTotpEnrolmentBody = z.infer<typeof BeginTotpEnrolmentBody>;

export const TotpEnrolmentResponse = z
  .strictObject({
    secret: z.string().describe('In base32, for apps that cannot read QR codes. Shown only now.'),
    otpauthUri: z.string(),
    qrSvg: z.string().describe('`otpauthUri` as a QR code.'),
  })
  .meta({
    id: 'TotpEnrolment',
    examples: [
      {
        secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        otpauthUri:
          'otpauth://totp/Portcullis:ada.lovelace?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Portcullis',
        qrSvg: '<svg xmlns="http://www.w3.org/2000/svg">…</svg>',
      },
    ],
  });
export type TotpEnrolmentResponse = z.infer<typeof TotpEnrolmentResponse>;

export const ConfirmTotpEnrolmentBody = z
  .strictObject({ challengeId: challengeIdField.optional(), code: codeField })
  .meta({ id: 'ConfirmTotpEnrolmentBody', examples: [{ code: '287082' }] });
export type ConfirmTotpEnrolmentBody = z.infer<typeof ConfirmTotpEnrolmentBody>;

export const TotpEnrolledResponse = z
  .strictObject({
    ...RenewedToken,
    refreshToken: z
      .string()
      .optional()
      .describe('Where this completed a sign-in; a session that was there already keeps the one it has.'),
    recoveryCodes: recoveryCodesField,
  })
  .meta({
    id: 'TotpEnrolled',
    examples: [{ ...RENEWED_TOKEN_EXAMPLE, recoveryCodes: RECOVERY_CODES_EXAMPLE }],
  });
export type TotpEnrolledResponse = z.infer<typeof TotpEnrolledResponse>;

export const RecoveryCodesResponse = z
  .strictObject({ ...RenewedToken, recoveryCodes: recoveryCodesField })
  .meta({
    id: 'RecoveryCodes',
    examples: [{ ...RENEWED_TOKEN_EXAMPLE, recoveryCodes: RECOVERY_CODES_EXAMPLE }],
  });
export type RecoveryCodesResponse = z.infer<typeof RecoveryCodesResponse>;

export const TotpStatusResponse = z
  .strictObject({
    enabled: z.boolean(),
    required: z.boolean().describe('By a role of yours: then it can be replaced, and not given up.'),
    confirmedAt: timestampField.nullable(),
    recoveryCodesLeft: z.number().int(),
  })
  .meta({
    id: 'TotpStatus',
    examples: [
      { enabled: true, required: false, confirmedAt: '2026-01-31T09:30:00.000Z', recoveryCodesLeft: 10 },
    ],
  });
export type TotpStatusResponse = z.infer<typeof TotpStatusResponse>;
