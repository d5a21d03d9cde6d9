/** The middle of `values`; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** The smallest value that `share` of all values do not exceed (nearest rank). */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** One ratio a round. Rounds are pairs that ran side by side, so what slowed a round down slowed both its halves. */
export function ratios(ours: readonly number[], baseline: readonly number[]): number[] {
  if (ours.length !== baseline.length) throw new Error('Rounds are compared in pairs');
  return ours.map((value, round) => value / baseline[round]!);
}

/** Four significant digits: more would be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/**
 * How likely two samples of one distribution differ as much as these do: the two-sided p-value of the rank-sum test of
 * Mann and Whitney, by the normal approximation with ties and continuity corrected. For ten values a side and more.
 */
export function rankSumP(first: readonly number[], second: readonly number[]): number {
  const [n, m] = [first.length, second.length];
  const all = [...first, ...second].sort((a, b) => a - b);
  const tied = new Map<number, { rank: number; count: number }>();
  for (const [index, value] of all.entries()) {
    const { rank, count } = tied.get(value) ?? { rank: 0, count: 0 };
    tied.set(value, { rank: (rank * count + index + 1) / (count + 1), count: count + 1 });
  }
  const rankSum = first.reduce((sum, value) => sum + tied.get(value)!.rank, 0);
  const u = rankSum - (n * (n + 1)) / 2;
  const ties = [...tied.values()].reduce((sum, { count }) => sum + count ** 3 - count, 0);
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  if (variance === 0) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return upperTails(z);
}

/** Both tails of the standard normal distribution beyond `z` ≥ 0 (Abramowitz and Stegun, 7.1.26). */
function upperTails(z: number): number {
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2);
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return polynomial * Math.exp((-z * z) / 2);
}
