import type { DirectoryEntry } from './directory-driver';

type Attributes = DirectoryEntry['attributes'];

/** What of an entry and of its policy says whether any password gets in (draft-behera-ldap-password-policy §5). */
export const ENTRY_STATE = [
  'pwdAccountLockedTime',
  'pwdChangedTime',
  'pwdGraceUseTime',
  'pwdPolicySubentry',
  'pwdReset',
];
export const POLICY_RULES = ['pwdLockoutDuration', 'pwdMaxAge', 'pwdGraceAuthnLimit'];

/** Locked until an administrator says otherwise. */
export const LOCKED_FOR_EVER = '000001010000Z';

/**
 * Why a directory said no to a password that may have been right: OpenLDAP says "invalid credentials" to all alike.
 * Null where nothing but the password explains it. For the trail alone.
 */
export function policyRefusal(entry: Attributes, policy: Attributes, now: number): string | null {
  if (isLocked(entry, policy, now)) return 'directory_account_locked';
  if (isExpired(entry, policy, now)) return 'directory_password_expired';
  return null;
}

function isLocked(entry: Attributes, policy: Attributes, now: number): boolean {
  const since = entry.pwdAccountLockedTime?.[0];
  if (since === undefined) return false;
  const forSeconds = numberOf(policy, 'pwdLockoutDuration');
  return since === LOCKED_FOR_EVER || forSeconds === 0 || hasNotPassed(since, forSeconds, now);
}

function isExpired(entry: Attributes, policy: Attributes, now: number): boolean {
  const since = entry.pwdChangedTime?.[0];
  const forSeconds = numberOf(policy, 'pwdMaxAge');
  if (since === undefined || forSeconds === 0 || hasNotPassed(since, forSeconds, now)) return false;
  return (entry.pwdGraceUseTime?.length ?? 0) >= numberOf(policy, 'pwdGraceAuthnLimit');
}

function hasNotPassed(since: string, forSeconds: number, now: number): boolean {
  // GeneralizedTime in UTC, as slapd writes it (RFC 4517 §3.3.13).
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/.exec(since);
  if (parts === null) return true;
  const [year = 0, month = 0, day, hour, minute, second] = parts.slice(1).map(Number);
  return now < Date.UTC(year, month - 1, day, hour, minute, second) + forSeconds * 1_000;
}

function numberOf(policy: Attributes, name: string): number {
  return Number(policy[name]?.[0] ?? 0);
}
