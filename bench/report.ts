import type { Measurement } from './measurement';
import type { Result } from './result';
import { median, rounded } from './statistics';

/** A row for people: everybody who took part with median, least and most, then every figure with its bound. */
export function toTable({ line, checks }: Result, { ours, baseline, peers }: Measurement): string {
  const contenders: [string, readonly number[]][] = [
    ['ours', ours],
    [`baseline: ${baseline.name}`, baseline.values],
    ...Object.entries(peers).map(([name, values]): [string, readonly number[]] => [`peer: ${name}`, values]),
    ['ratio, ours / baseline', line.runs.map(({ ratio }) => ratio)],
  ];
  return [
    `${line.row}  ${line.what}`,
    columns([line.unit, 'median', 'min', 'max']),
    ...contenders.map(([name, values]) =>
      columns([name, ...[median(values), Math.min(...values), Math.max(...values)].map(figure)]),
    ),
    ...checks.map(({ name, value, bound, ok }) =>
      columns([
        name,
        value === undefined ? 'not measured' : figure(value),
        bound,
        ok === null ? '' : ok ? 'ok' : 'MISSED',
      ]),
    ),
    '',
  ].join('\n');
}

function columns([name = '', ...rest]: readonly string[]): string {
  return `  ${name.padEnd(48)}${rest.map((cell) => cell.padStart(13)).join('')}`.trimEnd();
}

function figure(value: number): string {
  return String(rounded(value));
}
