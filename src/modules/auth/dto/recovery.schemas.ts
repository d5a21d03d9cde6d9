import { z } from 'zod';
import { emailField, passwordField } from '../../../common/validation';

const mailTokenField = z
  .string()
  .min(1)
  .max(200)
  .meta({ examples: ['Zq0vK1m3…'] });

export const ForgotPasswordBody = z
  .strictObject({ email: emailField })
  .meta({ id: 'ForgotPasswordBody', examples: [{ email: 'ada@example.com' }] });
export type ForgotPasswordBody = z.infer<typeof ForgotPasswordBody>;

export const NewPasswordByMailBody = z
  .strictObject({ token: mailTokenField, newPassword: passwordField })
  .meta({
    id: 'NewPasswordByMailBody',
    examples: [{ token: 'Zq0vK1m3…', newPassword: 'another and longer sentence' }],
  });
export type NewPasswordByMailBody = z.infer<typeof NewPasswordByMailBody>;

export const MailTokenBody = z
  .strictObject({ token: mailTokenField })
  .meta({ id: 'MailTokenBody', examples: [{ token: 'Zq0vK1m3…' }] });
export type MailTokenBody = z.infer<typeof MailTokenBody>;

export const ChangeEmailBody = z
  .strictObject({ newEmail: emailField })
  .meta({ id: 'ChangeEmailBody', examples: [{ newEmail: 'ada@example.org' }] });
export type ChangeEmailBody = z.infer<typeof ChangeEmailBody>;
