import type { SigningKeyRow } from './signing-keys.repository';
import type { SigningAlgorithm } from './signing-key';
import { LONGEST_TOKEN_LIFE_SECONDS } from './token-life';

/** One change of one key. The life of a key: next → active → retiring → gone; or revoked, from anywhere. */
export type RingStep =
  | { readonly kind: 'generate'; readonly status: 'next' | 'active' }
  | { readonly kind: 'activate' | 'retire' | 'revoke' | 'remove'; readonly kid: string };

type Ring = readonly Pick<SigningKeyRow, 'kid' | 'algorithm' | 'status' | 'secondsInStatus'>[];

export interface RotationPolicy {
  /** How long a key signs. */
  readonly rotationSeconds: number;
  /** How long a key is published before it signs. */
  readonly leadSeconds: number;
}

/** What time asks for; nothing, almost always. */
export function stepsDue(ring: Ring, policy: RotationPolicy): RingStep[] {
  const { next, active } = heads(ring);
  const removals = ring.filter(isSpent).map(({ kid }): RingStep => ({ kind: 'remove', kid }));
  if (active === undefined) return [...removals, successor(next)];
  if (next === undefined) {
    const isDue = active.secondsInStatus >= policy.rotationSeconds - policy.leadSeconds;
    return isDue ? [...removals, { kind: 'generate', status: 'next' }] : removals;
  }
  if (next.secondsInStatus < policy.leadSeconds) return removals;
  return [...removals, { kind: 'retire', kid: active.kid }, { kind: 'activate', kid: next.kid }];
}

/** Publishes the key that is to sign next; nothing while one is published already. */
export function stepsToRotate(ring: Ring): RingStep[] {
  const { next, active } = heads(ring);
  if (next !== undefined) return [];
  return [{ kind: 'generate', status: active === undefined ? 'active' : 'next' }];
}

/** Rotates to `algorithm` where another one signs; a next key of another algorithm has signed nothing yet and goes. */
export function stepsToAlgorithm(ring: Ring, algorithm: SigningAlgorithm): RingStep[] {
  const { next, active } = heads(ring);
  const steps: RingStep[] = [];
  const isNextWrong = next !== undefined && next.algorithm !== algorithm;
  if (isNextWrong) steps.push({ kind: 'remove', kid: next.kid });
  if (active !== undefined && active.algorithm !== algorithm && (next === undefined || isNextWrong)) {
    steps.push({ kind: 'generate', status: 'next' });
  }
  return steps;
}

/** Kills one key. Where it was the one that signs, the next one takes over at once. */
export function stepsToRevoke(ring: Ring, kid: string): RingStep[] {
  const { next, active } = heads(ring);
  if (ring.some((key) => key.kid === kid && key.status === 'revoked')) return [];
  const revocation: RingStep = { kind: 'revoke', kid };
  return active?.kid === kid ? [revocation, successor(next)] : [revocation];
}

/** Kills every key, published or not: whoever took one may have taken them all. A new one signs at once. */
export function stepsToRevokeAll(ring: Ring): RingStep[] {
  const alive = ring.filter(({ status }) => status !== 'revoked');
  return [...alive.map(({ kid }): RingStep => ({ kind: 'revoke', kid })), successor(undefined)];
}

function heads(ring: Ring): { next: Ring[number] | undefined; active: Ring[number] | undefined } {
  return {
    next: ring.find(({ status }) => status === 'next'),
    active: ring.find(({ status }) => status === 'active'),
  };
}

function successor(next: Ring[number] | undefined): RingStep {
  return next === undefined ? { kind: 'generate', status: 'active' } : { kind: 'activate', kid: next.kid };
}

function isSpent({ status, secondsInStatus }: Ring[number]): boolean {
  return (status === 'retiring' || status === 'revoked') && secondsInStatus > LONGEST_TOKEN_LIFE_SECONDS;
}
