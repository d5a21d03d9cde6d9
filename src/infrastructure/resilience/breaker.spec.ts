import { setImmediate as nextTurn } from 'node:timers/promises';
import { Breaker } from './breaker';

const NEVER = (): Promise<never> => new Promise(() => undefined);

describe('a breaker', () => {
  let breaker: Breaker;
  const aBreaker = (options: { timeoutMs?: number; capacity?: number; resetMs?: number } = {}) =>
    (breaker = new Breaker({
      name: 'directory',
      failureMode: 'nobody signs in there',
      refusal: 'SERVICE.UNAVAILABLE',
      timeoutMs: 50,
      capacity: 2,
      isFailure: (error) => !(error instanceof RangeError),
      ...options,
    }));
  const fail = (error: Error) => breaker.run(() => Promise.reject(error)).catch((e: unknown) => e);

  afterEach(() => {
    breaker.dispose();
  });

  it('answers what the work answers, and throws what it throws', async () => {
    aBreaker();
    await expect(breaker.run(() => Promise.resolve(7))).resolves.toBe(7);
    await expect(breaker.run(() => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
  });

  it('does not wait past the timeout', async () => {
    aBreaker();
    await expect(breaker.run(NEVER)).rejects.toMatchObject({ code: 'SERVICE.UNAVAILABLE' });
  });

  it('lets no more in than its capacity', async () => {
    aBreaker();
    const hanging = [breaker.run(NEVER), breaker.run(NEVER)].map((run) => run.catch(() => undefined));
    let ran = false;
    const third = breaker.run(() => Promise.resolve((ran = true)));
    await expect(third).rejects.toMatchObject({ code: 'SERVICE.UNAVAILABLE' });
    expect(ran).toBe(false);
    await Promise.all(hanging);
  });

  it('stays closed when more come than it lets in and the other side answers them', async () => {
    aBreaker({ timeoutMs: 5_000 });
    let resolve = (): void => undefined;
    const promise = new Promise<void>((settle) => (resolve = settle));
    const inside = [breaker.run(() => promise), breaker.run(() => promise)];
    for (let i = 0; i < 20; i++)
      await expect(breaker.run(NEVER)).rejects.toMatchObject({ code: 'SERVICE.UNAVAILABLE' });
    expect(breaker.condition()).toMatchObject({ state: 'up', breaker: 'closed' });
    resolve();
    await Promise.all(inside);
    await expect(breaker.run(() => Promise.resolve(7))).resolves.toBe(7);
  });

  it('opens after failures, calls nothing while it is open, and closes when the other side is back', async () => {
    aBreaker({ resetMs: 20 });
    for (let i = 0; i < 6; i++) await fail(new Error('refused'));
    expect(breaker.condition()).toMatchObject({ state: 'down', breaker: 'open' });
    await expect(breaker.run(() => Promise.resolve(1))).rejects.toMatchObject({
      code: 'SERVICE.UNAVAILABLE',
    });
    const deadline = Date.now() + 5_000;
    while (breaker.condition().state === 'down' && Date.now() < deadline) {
      await nextTurn();
      await breaker.run(() => Promise.resolve()).catch(() => undefined);
    }
    expect(breaker.condition()).toMatchObject({ state: 'up', breaker: 'closed' });
  });

  it('stays closed where the other side only says no', async () => {
    aBreaker();
    for (let i = 0; i < 20; i++) await fail(new RangeError('wrong password'));
    expect(breaker.condition()).toMatchObject({ state: 'up', breaker: 'closed' });
  });
});
