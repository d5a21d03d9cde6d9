import { CASES } from './cases';
import { Bench } from './harness/bench';
import { machine } from './harness/machine';
import { progress } from './harness/progress';
import type { Options } from './options';
import { toTable } from './report';
import { toResult } from './result';

/** Measures the rows one after the other and prints each as soon as it is known. */
export async function run({ rows, json, profile }: Options): Promise<void> {
  progress(machine(profile));
  const bench = await Bench.open(profile);
  // Only what ends in order takes its PostgreSQL along.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  try {
    for (const row of rows) {
      progress(row);
      const measurement = await CASES[row](bench);
      await bench.stopServers();
      const result = toResult(row, measurement);
      const table = toTable(result, measurement);
      process.stdout.write(json ? `${JSON.stringify(result.line)}\n` : `${table}\n`);
      if (json) progress(table);
    }
  } finally {
    await bench.stop();
  }
}
