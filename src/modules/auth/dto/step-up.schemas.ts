import { z } from 'zod';
import { passwordField } from '../../../common/validation';
import { codeField, RenewedToken, RENEWED_TOKEN_EXAMPLE } from './mfa.schemas';

export const StepUpBody = z
  .discriminatedUnion('method', [
    z.strictObject({ method: z.literal('password'), password: passwordField }),
    z.strictObject({ method: z.enum(['totp', 'recovery_code']), code: codeField }),
  ])
  .meta({ id: 'StepUpBody', examples: [{ method: 'totp', code: '287082' }] });
export type StepUpBody = z.infer<typeof StepUpBody>;

export const SteppedUpResponse = z
  .strictObject({
    ...RenewedToken,
    authTime: z.number().int(),
    acr: z.enum(['aal1', 'aal2']),
    amr: z.array(z.string()),
  })
  .meta({
    id: 'SteppedUp',
    examples: [{ ...RENEWED_TOKEN_EXAMPLE, authTime: 1769851800, acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] }],
  });
export type SteppedUpResponse = z.infer<typeof SteppedUpResponse>;
