import { parseOptions, UsageError } from './options';

describe('the command line of the benchmarks', () => {
  it('runs every row in five rounds unless it is told otherwise', () => {
    const { rows, json, profile } = parseOptions([]);
    expect(rows).toContain('P1');
    expect(rows.length).toBeGreaterThan(5);
    expect(json).toBe(false);
    expect(profile).toMatchObject({ name: 'default', rounds: 5 });
  });

  it('runs the rows that were asked for, each once', () => {
    const { rows, json, profile } = parseOptions(['P3', '--json', 'P1', 'P3', '--quick']);
    expect(rows).toStrictEqual(['P1', 'P3']);
    expect(json).toBe(true);
    expect(profile).toMatchObject({ name: 'quick', rounds: 3 });
  });

  it.each([['P99'], ['p1'], ['--fast'], ['toString'], ['']])('refuses %j and says how it is used', (arg) => {
    expect(() => parseOptions([arg])).toThrow(UsageError);
    expect(() => parseOptions([arg])).toThrow('Usage: npm run bench');
  });

  it('refuses to be quick and full at once', () => {
    expect(() => parseOptions(['--quick', '--full'])).toThrow(UsageError);
  });
});
