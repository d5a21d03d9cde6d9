import fc from 'fast-check';
import {
  stepsDue,
  stepsToAlgorithm,
  stepsToRevoke,
  stepsToRevokeAll,
  stepsToRotate,
  type RingStep,
} from './ring-steps';
import type { SigningKeyStatus } from './signing-keys.repository';

const POLICY = { rotationSeconds: 1_000_000, leadSeconds: 5_000 };

const key = (
  kid: string,
  status: SigningKeyStatus,
  secondsInStatus = 0,
  algorithm: 'ES256' | 'RS256' = 'ES256',
) => ({ kid, status, secondsInStatus, algorithm });

describe('what time asks of the key ring', () => {
  it.each([
    ['a first key where there is none', [], [{ kind: 'generate', status: 'active' }]],
    ['nothing while the active key is young', [key('a', 'active', 994_999)], []],
    [
      'the next key a lead before the active one is due',
      [key('a', 'active', 995_000)],
      [{ kind: 'generate', status: 'next' }],
    ],
    [
      'nothing before the next key was published for the lead',
      [key('a', 'active', 2_000_000), key('n', 'next', 4_999)],
      [],
    ],
    [
      'the turn of the next key after the lead',
      [key('a', 'active', 1_000_000), key('n', 'next', 5_000)],
      [
        { kind: 'retire', kid: 'a' },
        { kind: 'activate', kid: 'n' },
      ],
    ],
    ['nothing of a key whose tokens may live', [key('r', 'retiring', 4_200), key('a', 'active')], []],
    [
      'the end of a key whose last token has died',
      [key('r', 'retiring', 4_201), key('a', 'active')],
      [{ kind: 'remove', kid: 'r' }],
    ],
    [
      'the end of a revoked key as well',
      [key('r', 'revoked', 4_201), key('a', 'active')],
      [{ kind: 'remove', kid: 'r' }],
    ],
    ['the turn of the next key where none is active', [key('n', 'next')], [{ kind: 'activate', kid: 'n' }]],
  ])('is %s', (_, ring, steps) => {
    expect(stepsDue(ring, POLICY)).toEqual(steps);
  });
});

describe('a rotation on command', () => {
  it('publishes a next key once', () => {
    expect(stepsToRotate([key('a', 'active')])).toEqual([{ kind: 'generate', status: 'next' }]);
    expect(stepsToRotate([key('a', 'active'), key('n', 'next')])).toEqual([]);
    expect(stepsToRotate([])).toEqual([{ kind: 'generate', status: 'active' }]);
  });

  it('goes to another algorithm through a next key, in place of one that has the wrong one', () => {
    expect(stepsToAlgorithm([key('a', 'active')], 'ES256')).toEqual([]);
    expect(stepsToAlgorithm([key('a', 'active')], 'RS256')).toEqual([{ kind: 'generate', status: 'next' }]);
    expect(stepsToAlgorithm([key('a', 'active'), key('n', 'next', 0, 'RS256')], 'RS256')).toEqual([]);
    expect(stepsToAlgorithm([key('a', 'active'), key('n', 'next')], 'RS256')).toEqual([
      { kind: 'remove', kid: 'n' },
      { kind: 'generate', status: 'next' },
    ]);
    expect(stepsToAlgorithm([key('a', 'active'), key('n', 'next', 0, 'RS256')], 'ES256')).toEqual([
      { kind: 'remove', kid: 'n' },
    ]);
  });
});

describe('an emergency', () => {
  it('lets the next key, or else a new one, take over from a revoked one at once', () => {
    expect(stepsToRevoke([key('a', 'active'), key('n', 'next')], 'a')).toEqual([
      { kind: 'revoke', kid: 'a' },
      { kind: 'activate', kid: 'n' },
    ]);
    expect(stepsToRevoke([key('a', 'active')], 'a')).toEqual([
      { kind: 'revoke', kid: 'a' },
      { kind: 'generate', status: 'active' },
    ]);
  });

  it('touches no other key, and a revoked one no more', () => {
    expect(stepsToRevoke([key('r', 'retiring'), key('a', 'active')], 'r')).toEqual([
      { kind: 'revoke', kid: 'r' },
    ]);
    expect(stepsToRevoke([key('r', 'revoked'), key('a', 'active')], 'r')).toEqual([]);
  });

  it('can take every key, published or not', () => {
    const ring = [key('x', 'revoked'), key('r', 'retiring'), key('a', 'active'), key('n', 'next')];
    expect(stepsToRevokeAll(ring)).toEqual([
      { kind: 'revoke', kid: 'r' },
      { kind: 'revoke', kid: 'a' },
      { kind: 'revoke', kid: 'n' },
      { kind: 'generate', status: 'active' },
    ]);
  });
});

describe('the key ring, whatever happens to it', () => {
  interface ModelKey {
    kid: string;
    algorithm: 'ES256' | 'RS256';
    status: SigningKeyStatus;
    secondsInStatus: number;
    signedAt: number | null;
  }

  const STATUS_AFTER = { activate: 'active', retire: 'retiring', revoke: 'revoked' } as const;

  const apply = (ring: ModelKey[], step: RingStep, time: number): ModelKey[] => {
    if (step.kind === 'generate') {
      const made = { kid: `k${time}-${ring.length}`, algorithm: 'ES256' as const, signedAt: null };
      return [...ring, { ...made, status: step.status, secondsInStatus: 0 }];
    }
    if (step.kind === 'remove') {
      const removed = ring.find(({ kid }) => kid === step.kid);
      expect(
        removed?.signedAt === null || removed?.status === 'revoked' || time - removed!.signedAt > 3_600,
      ).toBe(true);
      return ring.filter(({ kid }) => kid !== step.kid);
    }
    const status = STATUS_AFTER[step.kind];
    return ring.map((one) => (one.kid === step.kid ? { ...one, status, secondsInStatus: 0 } : one));
  };

  it('always has one key that signs, at most one next, and drops none whose tokens may live', () => {
    const events = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 500_000 }) }),
        fc.record({
          kind: fc.constantFrom('rotate' as const, 'revoke' as const, 'revokeAll' as const),
          seconds: fc.constant(1),
        }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(events, (happenings) => {
        let time = 0;
        let ring: ModelKey[] = [];
        const take = (steps: RingStep[]): void => {
          for (const step of steps) ring = apply(ring, step, time);
          ring = ring.map((one) => (one.status === 'active' ? { ...one, signedAt: time } : one));
        };
        take(stepsDue(ring, POLICY));
        for (const { kind, seconds } of happenings) {
          ring = ring.map((one) => (one.status === 'active' ? { ...one, signedAt: time + seconds } : one));
          time += seconds;
          ring = ring.map((one) => ({ ...one, secondsInStatus: one.secondsInStatus + seconds }));
          if (kind === 'rotate') take(stepsToRotate(ring));
          if (kind === 'revoke')
            take(stepsToRevoke(ring, ring.find(({ status }) => status === 'active')!.kid));
          if (kind === 'revokeAll') take(stepsToRevokeAll(ring));
          take(stepsDue(ring, POLICY));
          expect(ring.filter(({ status }) => status === 'active')).toHaveLength(1);
          expect(ring.filter(({ status }) => status === 'next').length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
