import type { Bench } from './bench';
import { progress } from './progress';

/**
 * Runs everybody once a round, one after the other: whatever else the machine does, it does to all of them. Answers
 * each one's values, one a round.
 */
export async function interleave<Value>(
  bench: Bench,
  contenders: Readonly<Record<string, () => Promise<Value>>>,
): Promise<Record<string, Value[]>> {
  const values: Record<string, Value[]> = {};
  for (let round = 1; round <= bench.profile.rounds; round++) {
    for (const [name, measure] of Object.entries(contenders)) {
      progress(`  round ${round} of ${bench.profile.rounds}: ${name}`);
      (values[name] ??= []).push(await measure());
    }
  }
  return values;
}
