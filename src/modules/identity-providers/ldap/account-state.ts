import type { DirectoryEntry } from './directory-driver';
import { LOCKED_FOR_EVER } from './password-policy';

const AD_DISABLED = 2;

/** Why an entry may not sign in though its password is right; null where nothing speaks against it. */
export function accountRefusal({ attributes }: DirectoryEntry): string | null {
  const value = (name: string): string => attributes[name]?.[0] ?? '';
  // MS-ADTS §2.2.16: ADS_UF_ACCOUNTDISABLE.
  if ((Number(value('userAccountControl')) & AD_DISABLED) !== 0) return 'directory_account_disabled';
  if (value('pwdAccountLockedTime') === LOCKED_FOR_EVER) return 'directory_account_locked';
  if (value('pwdReset').toUpperCase() === 'TRUE') return 'directory_password_must_change';
  return null;
}
