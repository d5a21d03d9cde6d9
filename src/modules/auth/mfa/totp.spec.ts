import { generateSync } from 'otplib';
import { verifyTotp } from './totp';

/** RFC 6238 App. B: the ASCII seeds of 20, 32 and 64 bytes, in base32. */
const SEEDS = {
  sha1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  sha256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
  sha512:
    'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA',
} as const;

const VECTORS = [
  [59, 'sha1', '94287082'],
  [59, 'sha256', '46119246'],
  [59, 'sha512', '90693936'],
  [1_111_111_109, 'sha1', '07081804'],
  [1_111_111_109, 'sha256', '68084774'],
  [1_111_111_109, 'sha512', '25091201'],
  [1_111_111_111, 'sha1', '14050471'],
  [1_111_111_111, 'sha256', '67062674'],
  [1_111_111_111, 'sha512', '99943326'],
  [1_234_567_890, 'sha1', '89005924'],
  [1_234_567_890, 'sha256', '91819424'],
  [1_234_567_890, 'sha512', '93441116'],
  [2_000_000_000, 'sha1', '69279037'],
  [2_000_000_000, 'sha256', '90698825'],
  [2_000_000_000, 'sha512', '38618901'],
  [20_000_000_000, 'sha1', '65353130'],
  [20_000_000_000, 'sha256', '77737706'],
  [20_000_000_000, 'sha512', '47863826'],
] as const;

const NOW = 1_800_000_015;
const STEP = Math.floor(NOW / 30);
const secret = SEEDS.sha1;
const codeOf = (step: number): string => generateSync({ secret, epoch: step * 30 });

describe('verifyTotp', () => {
  it.each(VECTORS)('accepts the vector of RFC 6238 App. B at %i by %s', async (now, algorithm, code) => {
    const attempt = { secret: SEEDS[algorithm], now, algorithm, digits: 8, afterStep: -1 } as const;
    const verdict = (wanted: string) => verifyTotp({ ...attempt, code: wanted, acceptsPreviousStep: false });
    expect(await verdict(code)).toBe(Math.floor(now / 30));
    expect(await verdict(`${(Number(code[0]) + 1) % 10}${code.slice(1)}`)).toBeNull();
  });

  it.each([
    [-2, false, false],
    [-1, false, false],
    [0, false, true],
    [1, false, false],
    [-2, true, false],
    [-1, true, true],
    [0, true, true],
    [1, true, false],
  ])('judges a code of step %i, where the previous step is accepted: %s', async (delta, previous, passes) => {
    const code = codeOf(STEP + delta);
    const step = await verifyTotp({ secret, code, now: NOW, afterStep: -1, acceptsPreviousStep: previous });
    expect(step).toBe(passes ? STEP + delta : null);
  });

  it.each([
    [STEP - 1, true],
    [STEP, false],
    [STEP + 1, false],
    [STEP + 1_000, false],
  ])('accepts no step up to the last that was accepted, %i', async (afterStep, passes) => {
    const attempt = { secret, code: codeOf(STEP), now: NOW, afterStep };
    for (const acceptsPreviousStep of [false, true])
      expect(await verifyTotp({ ...attempt, acceptsPreviousStep })).toBe(passes ? STEP : null);
  });

  it('accepts the previous step only once', async () => {
    const attempt = { secret, code: codeOf(STEP - 1), now: NOW, acceptsPreviousStep: true };
    expect(await verifyTotp({ ...attempt, afterStep: STEP - 2 })).toBe(STEP - 1);
    expect(await verifyTotp({ ...attempt, afterStep: STEP - 1 })).toBeNull();
  });

  it.each(['', '1', '12345', '1234567', '12345a', ' 123456', '١٢٣٤٥٦', '-12345', '1e5000'])(
    'refuses the malformed code %j and throws nothing',
    async (code) => {
      const attempt = { secret, code, now: NOW, afterStep: -1, acceptsPreviousStep: true };
      expect(await verifyTotp(attempt)).toBeNull();
    },
  );
});
