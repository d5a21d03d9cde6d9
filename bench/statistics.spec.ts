import { median, percentile, ratios, rounded } from './statistics';

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
});
