import { hashRecoveryCode, mintRecoveryCode } from './recovery-code';

const USER = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e';
const OTHER = '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f';

describe('recovery codes', () => {
  it('hold 80 random bits, in groups that can be read out', () => {
    const codes = Array.from({ length: 1_000 }, mintRecoveryCode);
    for (const code of codes) expect(code).toMatch(/^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(codes.join('')).size).toBe(33);
  });

  it('are the same however they are typed, and another for another user', () => {
    const hash = hashRecoveryCode(USER, 'K7QM-2XWD-9FHT-C4RB');
    for (const typed of ['k7qm2xwd9fhtc4rb', ' K7QM 2XWD 9FHT C4RB ', 'K7QM2XWD-9FHTC4RB'])
      expect(hashRecoveryCode(USER, typed)).toEqual(hash);
    for (const other of ['K7QM-2XWD-9FHT-C4R', 'K7QM-2XWD-9FHT-C4RC', 'K7QM-2XWD-9FHT-C4RBB', ''])
      expect(hashRecoveryCode(USER, other)).not.toEqual(hash);
    expect(hashRecoveryCode(OTHER, 'K7QM-2XWD-9FHT-C4RB')).not.toEqual(hash);
  });
});
