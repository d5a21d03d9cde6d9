import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import {
  displayNameField,
  emailField,
  passwordField,
  publicReasonField,
  timestampField,
  usernameField,
} from '../../../common/validation';

/** Without a password the account is `invited`: it exists, and nobody can sign in to it yet. */
export const CreateUserBody = z
  .strictObject({
    username: usernameField,
    email: emailField,
    displayName: displayNameField,
    password: passwordField.optional(),
  })
  .meta({
    id: 'CreateUserBody',
    examples: [
      {
        username: 'ada.lovelace',
        email: 'ada@example.com',
        displayName: 'Ada Lovelace',
        password: 'a long and quiet sentence',
      },
    ],
  });
export type CreateUserBody = z.infer<typeof CreateUserBody>;

export const UpdateUserBody = z
  .strictObject({ email: emailField.optional(), displayName: displayNameField.optional() })
  .meta({ id: 'UpdateUserBody', examples: [{ displayName: 'Ada King' }] });
export type UpdateUserBody = z.infer<typeof UpdateUserBody>;

export const UpdateOwnProfileBody = z
  .strictObject({ displayName: displayNameField })
  .meta({ id: 'UpdateOwnProfileBody', examples: [{ displayName: 'Ada King' }] });
export type UpdateOwnProfileBody = z.infer<typeof UpdateOwnProfileBody>;

export const LockUserBody = z
  .strictObject({
    reason: publicReasonField,
    until: timestampField
      .optional()
      .describe('When the lock ends by itself; without it, an administrator must take it off.'),
  })
  .meta({ id: 'LockUserBody', examples: [{ reason: 'laptop lost, case 4711' }] });
export type LockUserBody = z.infer<typeof LockUserBody>;

export const ListUsersQuery = z.strictObject(pageQueryFields).meta({ id: 'ListUsersQuery' });
export type ListUsersQuery = z.infer<typeof ListUsersQuery>;
