import { z } from 'zod';
import { canonicalName } from './canonical-name';

const EXAMPLE_ID = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';

export const uuidField = z
  .uuid()
  .toLowerCase()
  .meta({ examples: [EXAMPLE_ID] });

/** RFC 3339 in UTC. */
export const timestampField = z.iso.datetime().meta({ examples: ['2026-01-31T09:30:00.000Z'] });

/** Letters, digits and `._+-`. No `@`: a login name with one is always an email address. */
export const usernameField = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._+-]*$/u)
  .refine(
    (name) => name === name.normalize('NFKC') && canonicalName(name).length <= 64,
    'must be in Unicode form NFKC',
  )
  .meta({ examples: ['ada.lovelace'] });

export const emailField = z
  .email()
  .max(254)
  .meta({ examples: ['ada@example.com'] });

export const displayNameField = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ examples: ['Ada Lovelace'] });

/** The form only; whether a password is good enough is the password policy's to say. */
export const passwordField = z
  .string()
  .min(1)
  .max(1_000)
  .meta({ format: 'password', examples: ['a long and quiet sentence'] });

/** Why something was done, for the trail: its words outlive the erasure of a person. */
export const publicReasonField = z
  .string()
  .regex(/^[^\p{Cc}]{1,200}$/u)
  .describe('Why, for the audit trail, where it stays in the clear: name no person here');

/** What somebody types to say who they are: a username or an email address, in any spelling. */
export const loginNameField = z
  .string()
  .min(1)
  .max(254)
  .meta({ examples: ['ada.lovelace'] });
