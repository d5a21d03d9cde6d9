import { z } from 'zod';
import { pageQueryFields } from '../../../common/http';
import { displayNameField, emailField, passwordField, usernameField } from '../../../common/validation';

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

export const ListUsersQuery = z.strictObject(pageQueryFields).meta({ id: 'ListUsersQuery' });
export type ListUsersQuery = z.infer<typeof ListUsersQuery>;
