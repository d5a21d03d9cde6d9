import type { Bench } from './harness/bench';

/** What a case found: one value a round for everybody who took part. */
export interface Measurement {
  /** What the figures are, and what was counted or left out to be fair. */
  readonly how: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly ours: readonly number[];
  /** What the same hardware and libraries allow. */
  readonly baseline: { readonly name: string; readonly values: readonly number[] };
  readonly peers: Readonly<Record<string, readonly number[]>>;
  /** Further figures by name; goals.json bounds some of them. */
  readonly figures: Readonly<Record<string, number>>;
}

export type Case = (bench: Bench) => Promise<Measurement>;
