import type { Measurement } from './measurement';
import { toResult } from './result';

const GOALS = {
  what: 'job',
  goal: { of: 'ratio', atLeast: 0.9 },
  also: { 'commands a request': { atMost: 0 } },
};

function measured(changes: Partial<Measurement> = {}): Measurement {
  return {
    how: 'requests a second',
    unit: 'requests/s',
    better: 'more',
    ours: [90, 50, 96],
    baseline: { name: 'floor', values: [100, 50, 120] },
    peers: { slow: [1, 2, 3], fast: [10, 20, 30] },
    figures: { 'commands a request': 0 },
    ...changes,
  };
}

describe('the result of a row', () => {
  it('is one line of JSON with medians, the median of the ratios of the rounds, and the rounds themselves', () => {
    const { line } = toResult('P1', measured(), GOALS);
    expect(JSON.parse(JSON.stringify(line))).toStrictEqual({
      row: 'P1',
      what: 'job: requests a second; baseline: floor; peer: fast; goal: ratio ≥ 0.9',
      ours: 90,
      baseline: 100,
      peer: 20,
      ratio: 0.9,
      goal: 0.9,
      ok: true,
      unit: 'requests/s',
      runs: [
        { ours: 90, baseline: 100, peer: 10, ratio: 0.9 },
        { ours: 50, baseline: 50, peer: 20, ratio: 1 },
        { ours: 96, baseline: 120, peer: 30, ratio: 0.8 },
      ],
    });
    expect(JSON.stringify(line)).not.toContain('\n');
  });

  it('takes the smallest peer for the best where less is better', () => {
    const { line } = toResult('P2', measured({ better: 'less' }), GOALS);
    expect(line.peer).toBe(2);
  });

  it('has no peer where none was measured', () => {
    const { line } = toResult('P4', measured({ peers: {} }), GOALS);
    expect(line.peer).toBeNull();
  });

  it.each([
    ['the goal', measured({ ours: [80, 40, 96] })],
    ['a bound on a further figure', measured({ figures: { 'commands a request': 0.5 } })],
    ['a bound on a figure that nobody measured', measured({ figures: {} })],
  ])('is not ok when it misses %s', (_bound, measurement) => {
    expect(toResult('P1', measurement, GOALS).line.ok).toBe(false);
  });

  it('holds our own median against a goal that is absolute', () => {
    const goals = { what: 'start', goal: { of: 'ours', atMost: 89 }, also: {} };
    const { line } = toResult('P9', measured({ better: 'less' }), goals);
    expect(line).toMatchObject({ goal: 89, ok: false });
  });

  it('is neither ok nor missed where there is no goal', () => {
    const { line } = toResult('P1b', measured(), { what: 'list', goal: null, also: {} });
    expect(line).toMatchObject({ goal: null, ok: null });
  });
});
