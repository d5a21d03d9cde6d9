import { policyRefusal } from './password-policy';

const NOW = Date.UTC(2026, 0, 2, 12);
const YESTERDAY = '20260101120000Z';
const JUST_NOW = '20260102115900.123Z';
const DAY = String(86_400);

describe('why a directory refuses a password that may be right', () => {
  it.each<[string, Record<string, string[]>, Record<string, string[]>, string | null]>([
    ['nothing is known', {}, {}, null],
    [
      'locked by an administrator',
      { pwdAccountLockedTime: ['000001010000Z'] },
      { pwdLockoutDuration: ['1'] },
      'directory_account_locked',
    ],
    [
      'locked, nobody knows for how long',
      { pwdAccountLockedTime: [YESTERDAY] },
      {},
      'directory_account_locked',
    ],
    [
      'locked, still',
      { pwdAccountLockedTime: [JUST_NOW] },
      { pwdLockoutDuration: ['300'] },
      'directory_account_locked',
    ],
    ['locked, no more', { pwdAccountLockedTime: [YESTERDAY] }, { pwdLockoutDuration: ['300'] }, null],
    [
      'locked at a time that is none',
      { pwdAccountLockedTime: ['soon'] },
      { pwdLockoutDuration: ['300'] },
      'directory_account_locked',
    ],
    ['expired', { pwdChangedTime: [YESTERDAY] }, { pwdMaxAge: [DAY] }, 'directory_password_expired'],
    ['not expired', { pwdChangedTime: [JUST_NOW] }, { pwdMaxAge: [DAY] }, null],
    ['never expires', { pwdChangedTime: [YESTERDAY] }, { pwdMaxAge: ['0'] }, null],
    [
      'expired with grace left',
      { pwdChangedTime: [YESTERDAY], pwdGraceUseTime: [JUST_NOW] },
      { pwdMaxAge: [DAY], pwdGraceAuthnLimit: ['2'] },
      null,
    ],
    [
      'expired, grace used up',
      { pwdChangedTime: [YESTERDAY], pwdGraceUseTime: [JUST_NOW] },
      { pwdMaxAge: [DAY], pwdGraceAuthnLimit: ['1'] },
      'directory_password_expired',
    ],
  ])('%s', (_, entry, policy, reason) => {
    expect(policyRefusal(entry, policy, NOW)).toBe(reason);
  });
});
