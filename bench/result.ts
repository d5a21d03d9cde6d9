import goals from './goals.json';
import type { Measurement } from './measurement';
import type { Row } from './options';
import { median, ratios, rounded } from './statistics';

interface Bound {
  readonly atLeast?: number;
  readonly atMost?: number;
}

interface RowGoals {
  readonly what: string;
  readonly goal: (Bound & { readonly of: string }) | null;
  readonly also: Readonly<Record<string, Bound | undefined>>;
}

/** One round. */
interface Run {
  readonly ours: number;
  readonly baseline: number;
  readonly peer: number | null;
  readonly ratio: number;
}

/** The line of JSON of a row. Figures are medians over `runs`; `ratio` is the median of the rounds' ratios. */
export interface ResultLine {
  readonly row: Row;
  readonly what: string;
  readonly ours: number;
  readonly baseline: number;
  /** The best peer; null where none was measured. */
  readonly peer: number | null;
  readonly ratio: number;
  /** The bound on `ratio` or `ours`, as `what` says; null where there is none. */
  readonly goal: number | null;
  /** Whether the goal and every bound on a further figure hold; null where there is none. */
  readonly ok: boolean | null;
  readonly unit: string;
  readonly runs: readonly Run[];
}

/** A figure, and what it should be. */
export interface Check {
  readonly name: string;
  /** Undefined where a bound exists but nothing was measured, which never holds. */
  readonly value: number | undefined;
  readonly bound: string;
  readonly ok: boolean | null;
}

export interface Result {
  readonly line: ResultLine;
  readonly checks: readonly Check[];
}

/** Holds what was measured against the goals of the row. */
export function toResult(row: Row, measurement: Measurement, rowGoals: RowGoals = goals[row]): Result {
  const { ours, baseline, unit } = measurement;
  const ratioOf = ratios(ours, baseline.values);
  const best = bestPeer(measurement);
  const figures: Record<string, number> = {
    ratio: median(ratioOf),
    ours: median(ours),
    ...measurement.figures,
  };
  const checks = checksOf(rowGoals, figures);
  const bounded = checks.filter(({ ok }) => ok !== null);
  const line: ResultLine = {
    row,
    what: describe(rowGoals, measurement, best?.name),
    ours: rounded(median(ours)),
    baseline: rounded(median(baseline.values)),
    peer: best === undefined ? null : rounded(median(best.values)),
    ratio: rounded(median(ratioOf)),
    goal: rowGoals.goal?.atLeast ?? rowGoals.goal?.atMost ?? null,
    ok: bounded.length === 0 ? null : bounded.every(({ ok }) => ok),
    unit,
    runs: ours.map((value, round) => ({
      ours: rounded(value),
      baseline: rounded(baseline.values[round]!),
      peer: best === undefined ? null : rounded(best.values[round]!),
      ratio: rounded(ratioOf[round]!),
    })),
  };
  return { line, checks };
}

function checksOf({ goal, also }: RowGoals, figures: Readonly<Record<string, number>>): Check[] {
  const bounds: Record<string, Bound | undefined> = { ...also, ...(goal !== null && { [goal.of]: goal }) };
  const names = new Set([...Object.keys(bounds), ...Object.keys(figures)]);
  return [...names]
    .filter((name) => bounds[name] !== undefined || (name !== 'ours' && name !== 'ratio'))
    .map((name) => ({
      name,
      value: figures[name],
      bound: inWords(bounds[name]),
      ok: holds(bounds[name], figures[name]),
    }));
}

function holds(bound: Bound | undefined, value: number | undefined): boolean | null {
  if (bound === undefined) return null;
  return value !== undefined && value >= (bound.atLeast ?? -Infinity) && value <= (bound.atMost ?? Infinity);
}

function bestPeer({ peers, better }: Measurement): { name: string; values: readonly number[] } | undefined {
  const sign = better === 'more' ? -1 : 1;
  return Object.entries(peers)
    .map(([name, values]) => ({ name, values }))
    .sort((a, b) => sign * (median(a.values) - median(b.values)))[0];
}

function describe(
  { what, goal }: RowGoals,
  { how, baseline }: Measurement,
  peer: string | undefined,
): string {
  const parts = [
    how,
    `baseline: ${baseline.name}`,
    ...(peer === undefined ? [] : [`peer: ${peer}`]),
    ...(goal === null ? [] : [`goal: ${goal.of} ${inWords(goal)}`]),
  ];
  return `${what}: ${parts.join('; ')}`;
}

function inWords(bound: Bound | undefined): string {
  if (bound?.atLeast !== undefined) return `≥ ${bound.atLeast}`;
  return bound?.atMost === undefined ? '' : `≤ ${bound.atMost}`;
}
