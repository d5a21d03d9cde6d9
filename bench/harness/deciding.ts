import { setTimeout as sleep } from 'node:timers/promises';
import { questionOf } from './world';

export const QUESTIONS = 100_000;
/** Between chunks the change feed gets its turn, as it does between requests: without it memory is not trusted. */
const PAUSE_MS = 5;

/** What a contender found in one round. */
export interface DecidingRound {
  /** Whether somebody may do something at all, wherever. */
  readonly flatPerSecond: number;
  /** Whether somebody may do it to one document. */
  readonly scopedPerSecond: number;
  /** A 0 or a 1 for each of the scoped questions that were asked, from the first on. */
  readonly answers: string;
  readonly memoryMiB: number;
}

/** Makes a round each time the parent process asks for one. */
export function serveRounds<Round extends DecidingRound>(makeRound: () => Round | Promise<Round>): void {
  process.on('message', () => void Promise.resolve(makeRound()).then((round) => process.send!(round)));
  process.on('disconnect', () => process.exit());
  process.send!('ready');
}

export const questions = Array.from({ length: QUESTIONS }, (_, n) => questionOf(n));

interface Pace {
  /** Questions between two looks at the clock. */
  readonly chunk: number;
  /** Goes on until that many have been asked, however long it takes. */
  readonly atLeast: number;
}

/** Asks the questions over and over, for as long as the profile says. */
export async function ask(
  isAllowed: (n: number) => boolean,
  { chunk, atLeast }: Pace = { chunk: 10_000, atLeast: QUESTIONS },
): Promise<{ perSecond: number; answers: string }> {
  const answers = new Uint8Array(QUESTIONS);
  let [asked, spentMs] = [0, 0];
  while (spentMs < Number(process.env.MEASURE_MS) || asked < atLeast) {
    const start = asked % QUESTIONS;
    const startedAt = performance.now();
    for (let n = start; n < start + chunk; n++) answers[n] = isAllowed(n) ? 1 : 0;
    spentMs += performance.now() - startedAt;
    asked += chunk;
    await sleep(PAUSE_MS);
  }
  return { perSecond: (1_000 * asked) / spentMs, answers: answers.subarray(0, asked).join('') };
}

/** By how many MiB the heap grew while `load` ran. */
export async function growthOf(load: () => void | Promise<void>): Promise<number> {
  const before = heapBytes();
  await load();
  return (heapBytes() - before) / 2 ** 20;
}

function heapBytes(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}
