import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DecisionRound } from '../application/decisions';
import { SERVICE, type Bench } from '../harness/bench';
import { REGISTER, ROOT } from '../harness/paths';
import { seedWorld, WORLD } from '../harness/world';
import { editsSeen } from '../harness/world-callers';
import type { Case, Measurement } from '../measurement';
import { median } from '../statistics';

export const decision: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  await seedWorld(database);
  const edits = await editsSeen(await bench.application(database));
  const rounds = await decide(bench, database);
  const all = (name: keyof DecisionRound): number[] => rounds.map((round) => round[name]);
  return {
    how: `checks a second in process, everything in memory: ${WORLD.users} users, ${WORLD.assignments} assignments (a third with a condition), ${WORLD.nodes} nodes`,
    unit: 'checks/s',
    better: 'more',
    ours: all('checksPerSecond'),
    baseline: { name: 'Set.has of a flat name', values: all('flatPerSecond') },
    peers: {},
    figures: {
      'p99, µs': median(all('p99Us')),
      'memory, MiB': median(all('memoryMiB')),
      'explain p50, µs': median(all('explainUs')),
      'stale answers after a role edit': edits.stale,
      'role edit seen, p50 ms': median(edits.delaysMs),
      'share of checks allowed': median(all('allowedShare')),
    },
  };
}

async function decide({ profile }: Bench, database: string): Promise<readonly DecisionRound[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--require', REGISTER, join(ROOT, 'bench/application/decisions.ts')],
    {
      cwd: ROOT,
      env: {
        ...SERVICE,
        PATH: process.env.PATH,
        DB_URL: database,
        ROUNDS: String(profile.rounds),
        MEASURE_MS: String(profile.measureMs),
      },
    },
  );
  return JSON.parse(stdout) as readonly DecisionRound[];
}
