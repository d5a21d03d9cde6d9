import { SERVICE, type Bench } from '../harness/bench';
import type { DecidingRound } from '../harness/deciding';
import { interleave } from '../harness/rounds';
import { seedWorld, WORLD } from '../harness/world';
import { editsSeen } from '../harness/world-callers';
import type { DecisionRound } from '../application/decisions';
import type { Case, Measurement } from '../measurement';
import { median } from '../statistics';

export const decision: Case = measure;

async function measure(bench: Bench): Promise<Measurement> {
  const database = await bench.database();
  await seedWorld(database);
  const edits = await editsSeen(await bench.application(database));
  const env = { DB_URL: database, MEASURE_MS: String(bench.profile.measureMs) };
  const ours = await bench.decider<DecisionRound>('bench/application/decisions.ts', { ...SERVICE, ...env });
  const casl = await bench.deciderOfPeer('casl', env);
  const casbin = await bench.deciderOfPeer('casbin', env);
  const rounds = await interleave<DecidingRound>(bench, {
    ours: () => ours.round(),
    CASL: () => casl.round(),
    casbin: () => casbin.round(),
  });
  const own = rounds.ours as DecisionRound[];
  for (const peer of ['CASL', 'casbin']) requireSame(own[0]!.answers, rounds[peer]!, peer);
  const scoped = (name: string): number[] => rounds[name]!.map(({ scopedPerSecond }) => scopedPerSecond);
  return {
    how: `checks a second in process, everything in memory: ${WORLD.users} users, ${WORLD.assignments} assignments (a third with a condition), ${WORLD.nodes} nodes; peers are handed the path of the document`,
    unit: 'checks/s',
    better: 'more',
    ours: scoped('ours'),
    baseline: {
      name: 'Set.has of a flat name',
      values: own.map(({ flatPerSecond }) => flatPerSecond),
    },
    peers: { CASL: scoped('CASL'), casbin: scoped('casbin') },
    figures: {
      'p99, µs': median(own.map(({ p99Us }) => p99Us)),
      'memory, MiB': memoryOf(own),
      'explain p50, µs': median(own.map(({ explainUs }) => explainUs)),
      'stale answers after a role edit': edits.stale,
      'role edit seen, p50 ms': median(edits.delaysMs),
      'share of checks allowed': shareAllowed(own[0]!),
      'CASL, flat checks/s': flatOf(rounds.CASL!),
      'CASL, memory, MiB': memoryOf(rounds.CASL!),
      'casbin, flat checks/s': flatOf(rounds.casbin!),
      'casbin, memory, MiB': memoryOf(rounds.casbin!),
      'casbin, questions asked a round': median(rounds.casbin!.map(({ answers }) => answers.length)),
    },
  };
}

function requireSame(expected: string, rounds: readonly DecidingRound[], peer: string): void {
  for (const { answers } of rounds)
    if (!expected.startsWith(answers)) throw new Error(`${peer} decides otherwise than we do`);
}

function flatOf(rounds: readonly DecidingRound[]): number {
  return median(rounds.map(({ flatPerSecond }) => flatPerSecond));
}

function memoryOf(rounds: readonly DecidingRound[]): number {
  return median(rounds.map(({ memoryMiB }) => memoryMiB));
}

function shareAllowed({ answers }: DecidingRound): number {
  return answers.replaceAll('0', '').length / answers.length;
}
