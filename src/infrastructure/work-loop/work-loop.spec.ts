import { WorkLoop } from './work-loop';

const FOREVER_MS = 1_000_000;

/** A loop whose steps do as they are told, one after the other, and rest for ever when nothing is left. */
function aLoop(steps: (() => Promise<number>)[]): {
  loop: WorkLoop;
  failures: unknown[];
  left: () => number;
} {
  const failures: unknown[] = [];
  const loop = new WorkLoop({
    step: () => steps.shift()?.() ?? Promise.resolve(FOREVER_MS),
    restAfterFailureMs: 1,
    onFailure: (error) => failures.push(error),
  });
  return { loop, failures, left: () => steps.length };
}

const resting = (ms: number) => () => Promise.resolve(ms);
const failing = (message: string) => () => Promise.reject(new Error(message));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('work in the background', () => {
  it('goes on without a rest while there is more', async () => {
    const { loop, left } = aLoop([resting(0), resting(0), resting(0)]);
    loop.start();
    await until(() => left() === 0);
    await expect(loop.stop(FOREVER_MS)).resolves.toBeUndefined();
  });

  it('rests until somebody has work', async () => {
    const { loop, left } = aLoop([resting(FOREVER_MS), resting(FOREVER_MS)]);
    loop.start();
    await until(() => left() === 1);
    loop.wake();
    await until(() => left() === 0);
    await expect(loop.stop(FOREVER_MS)).resolves.toBeUndefined();
  });

  it('survives a step that fails, and tells the first failure of a row', async () => {
    const { loop, left, failures } = aLoop([
      failing('first'),
      failing('second'),
      resting(1),
      failing('third'),
    ]);
    loop.start();
    await until(() => left() === 0 && failures.length === 2);
    await loop.stop(FOREVER_MS);
    expect(failures.map(String)).toEqual(['Error: first', 'Error: third']);
  });

  it('stops after the step that is under way, or when patience ends', async () => {
    const order: string[] = [];
    let finish: (restMs: number) => void = () => undefined;
    const { loop, left } = aLoop([
      () => new Promise<number>((resolve) => (finish = resolve)).finally(() => order.push('step')),
      resting(0),
    ]);
    loop.start();
    await loop.stop(1);
    const stopped = loop.stop(FOREVER_MS).then(() => order.push('stopped'));
    finish(0);
    await stopped;
    expect(order).toEqual(['step', 'stopped']);
    expect(left()).toBe(1);
  });
});
