import { WakeableTimer } from './wakeable-timer';

const FOREVER_MS = 1_000_000;

describe('a pause that can be cut short', () => {
  it('ends when somebody wakes it', async () => {
    const timer = new WakeableTimer();
    const asleep = timer.sleep(FOREVER_MS);
    timer.wake();
    await expect(asleep).resolves.toBeUndefined();
  });

  it('does not begin when somebody called meanwhile, and does the next time', async () => {
    const timer = new WakeableTimer();
    timer.wake();
    await timer.sleep(FOREVER_MS);
    const order: string[] = [];
    const asleep = timer.sleep(1).then(() => order.push('slept'));
    await Promise.resolve().then(() => order.push('others ran'));
    await asleep;
    expect(order).toEqual(['others ran', 'slept']);
  });
});
