import { z } from 'zod';
import { displayNameField, emailField, usernameField } from '../../../common/validation';
import type { ExternalProfile } from '../../identity-providers';
import type { ProvisionedAccount } from '../../users';
import { AdmissionRefusal } from './admission-refusal';
import { legible } from './legible';

const account = z.object({
  username: usernameField,
  email: emailField,
  emailVerified: z.boolean(),
  displayName: displayNameField,
});

/** The account to make for somebody. @throws AdmissionRefusal when the provider does not say enough of them. */
export function accountFor(profile: ExternalProfile): ProvisionedAccount {
  const { data } = account.safeParse({
    ...profile,
    username: profile.username.normalize('NFKC').trim(),
    displayName: legible(profile.displayName ?? profile.username),
  });
  if (data === undefined) throw new AdmissionRefusal('profile_unusable');
  return data;
}
