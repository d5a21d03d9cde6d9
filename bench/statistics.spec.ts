import { median, percentile, rankSumP, ratios, rounded } from './statistics';

describe('statistics of rounds', () => {
  it.each([
    [[5], 5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('takes of %j the median %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('takes percentiles by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile([7], 0.99)]).toStrictEqual([
      50, 99, 7,
    ]);
  });

  it('compares each round with its own baseline, so that a slow round cancels out', () => {
    expect(ratios([90, 9], [100, 10])).toStrictEqual([0.9, 0.9]);
    expect(median(ratios([90, 9, 20], [100, 10, 10]))).toBe(0.9);
  });

  it('refuses to compare rounds that are not pairs', () => {
    expect(() => ratios([1, 2], [1])).toThrow('pairs');
  });

  it('keeps four significant digits', () => {
    expect([rounded(12_345.6), rounded(0.123456)]).toStrictEqual([12_350, 0.1235]);
  });

  it('tells apart what differs by rank, and not what is the same', () => {
    const low = Array.from({ length: 20 }, (_, index) => index);
    const high = low.map((value) => value + 100);
    // Nothing overlaps: U = 0, z = (200 - 0.5) / sqrt(20 * 20 * 41 / 12), p = erfc(z / sqrt(2)).
    expect(rankSumP(low, high)).toBeCloseTo(6.8e-8, 9);
    expect(rankSumP(high, low)).toBe(rankSumP(low, high));
    expect(rankSumP(low, low)).toBeCloseTo(1, 6);
    expect(rankSumP([1, 1, 1], [1, 1, 1])).toBe(1);
  });
});
