import { DomainError } from '../../common/errors';
import { requireAcceptablePassword } from './password-policy';

const OWNER = {
  username: 'ada.lovelace',
  email: 'countess@engine.example',
  displayName: 'Augusta King-Noel',
};

function verdictOn(password: string, isBesideSecondFactor = false): string {
  try {
    requireAcceptablePassword(password, OWNER, '/password', isBesideSecondFactor);
    return 'acceptable';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.options.errors?.[0]?.code ?? error.code;
  }
}

describe('the password policy', () => {
  it.each([
    ['seven77', 'too_short'],
    ['sunshine', 'too_short'],
    ['fourteen chars', 'too_short'],
    ['🐢🐇🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧', 'too_short'],
  ])('refuses %s: %s', (password, reason) => {
    expect(verdictOn(password)).toBe(reason);
  });

  it.each([
    'passwordpassword',
    'password password',
    'sunshinesunshine1',
    'P@ssw0rdP@ssw0rd',
    'password1234567',
    'iloveyou!iloveyou!',
    'qwertyuiop12345',
    'polniypizdec0211',
    'dragondragondragon',
    'football baseball',
    'letmein letmein',
    '!!!password!!!!!',
  ])('refuses the listed word in %s', (password) => {
    expect(verdictOn(password)).toBe('common');
  });

  it.each([
    'aaaaaaaaaaaaaaaaaaaa',
    'abababababababab',
    'abcdefghijklmnop',
    'abcdefgh'.repeat(16),
    'xk7xk7xk7xk7xk7xk7',
    'aaaa bbbb cccc dddd',
  ])('refuses the sequence %s', (password) => {
    expect(verdictOn(password)).toBe('repetitive');
  });

  it.each([
    'portcullisportcullis',
    'Portcullis2026!',
    'P0rtcull1s-p0rtcull1s',
    'countess@engine.example',
    'COUNTESS@ENGINE.EXAMPLE',
    'ada.lovelace2026',
    'Lovelace1234567',
    'lovelaceLOVELACE!',
    'augusta king-noel',
    'AugustaAugusta99',
    'countess12345678',
  ])('refuses %s, which who knows the person would try', (password) => {
    expect(verdictOn(password)).toBe('personal');
  });

  it.each([
    'all lower case words',
    'correct horse battery staple',
    'a long and quiet sentence',
    'another and longer sentence',
    'demonstrations only please',
    '🐢🐇🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤',
    '839201748392617',
    'kvnqzrtplwmxghb',
    'ein ganz kurzer satz',
    'дождь над крышами города',
    'lovelace wrote the first programme',
  ])('accepts %s', (password) => {
    expect(verdictOn(password)).toBe('acceptable');
  });

  it.each([
    ['seven77', 'too_short'],
    ['vex qu j', 'acceptable'],
    ['🐢🐇🦊🐻🐼🐨🐯🦁', 'acceptable'],
    ['sunshine', 'common'],
    ['summerwinter', 'common'],
    ['23456789abc', 'repetitive'],
    ['lovelace', 'personal'],
  ])('beside a second factor says of %s: %s', (password, verdict) => {
    expect(verdictOn(password, true)).toBe(verdict);
  });

  it('takes a password of the greatest length apart in no time', () => {
    const startedAt = performance.now();
    verdictOn('q'.repeat(500) + 'passwor'.repeat(71));
    expect(performance.now() - startedAt).toBeLessThan(50);
  });
});
