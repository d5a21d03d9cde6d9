import { z } from 'zod';
import { displayNameField, emailField, usernameField } from '../../../common/validation';
import { schemeOf } from '../../../infrastructure/crypto';

/** An account as another system knew it. Without a digest it is `invited`. */
export const ImportedUser = z.strictObject({
  username: usernameField,
  email: emailField,
  displayName: displayNameField,
  passwordHash: z
    .string()
    .max(500)
    .refine((digest) => schemeOf(digest) !== null, 'is no bcrypt or Argon2 digest of a bearable cost')
    .optional(),
});
export type ImportedUser = z.infer<typeof ImportedUser>;
