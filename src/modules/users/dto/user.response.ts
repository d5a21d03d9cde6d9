import { z } from 'zod';
import { pageOf } from '../../../common/http';
import {
  displayNameField,
  emailField,
  timestampField,
  usernameField,
  uuidField,
} from '../../../common/validation';
import { USER_STATUSES, type UserEntity } from '../user.entity';

export const UserResponse = z
  .strictObject({
    id: uuidField,
    username: usernameField,
    email: emailField,
    emailVerified: z.boolean(),
    displayName: displayNameField,
    status: z.enum(USER_STATUSES),
    lockedUntil: timestampField
      .optional()
      .describe('When an account that an administrator locked for a while is active again.'),
    mfaEnabled: z.boolean(),
    version: z.number().int(),
    createdAt: timestampField,
    updatedAt: timestampField,
  })
  .meta({
    id: 'User',
    examples: [
      {
        id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
        username: 'ada.lovelace',
        email: 'ada@example.com',
        emailVerified: false,
        displayName: 'Ada Lovelace',
        status: 'active',
        mfaEnabled: false,
        version: 1,
        createdAt: '2026-01-31T09:30:00.000Z',
        updatedAt: '2026-01-31T09:30:00.000Z',
      },
    ],
  });

export type UserResponse = z.infer<typeof UserResponse>;

export const UserPage = pageOf('UserPage', UserResponse);

export function toUserResponse(user: UserEntity): UserResponse {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    emailVerified: user.emailVerified,
    displayName: user.displayName,
    status: user.status,
    ...(user.status === 'locked' &&
      user.lockedUntil !== null && { lockedUntil: user.lockedUntil.toISOString() }),
    mfaEnabled: user.mfaEnabled,
    version: user.version,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}
