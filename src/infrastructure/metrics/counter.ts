import type { Reading } from './metrics';

/**
 * Counts by the values of its labels, which must be few: each combination is a series for ever. Those that are known
 * beforehand begin at nought: of a series that begins at one, Prometheus would not see that it rose.
 */
export class Counter<Label extends string> {
  private readonly series = new Map<string, { labels: Readonly<Record<Label, string>>; value: number }>();

  constructor(known: readonly Readonly<Record<Label, string>>[] = []) {
    for (const labels of known) this.series.set(keyOf(labels), { labels, value: 0 });
  }

  increment(labels: Readonly<Record<Label, string>>): void {
    const key = keyOf(labels);
    const series = this.series.get(key);
    if (series === undefined) this.series.set(key, { labels, value: 1 });
    else series.value++;
  }

  readonly read = (): readonly Reading[] => [...this.series.values()];
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return Object.values(labels).join('\0');
}
