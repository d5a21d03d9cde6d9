import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { AsyncScope } from './async-scope';

describe('AsyncScope', () => {
  it('is empty outside, whatever runs inside at the same time', async () => {
    const scope = new AsyncScope<string>();
    const running = scope.run('a', async () => {
      await turn();
      return scope.value;
    });
    expect(scope.value).toBeUndefined();
    await turn();
    expect(scope.value).toBeUndefined();
    await expect(running).resolves.toBe('a');
    expect(scope.value).toBeUndefined();
  });

  it('ends with work that throws, rejects or answers at once', async () => {
    const scope = new AsyncScope<string>();
    expect(() =>
      scope.run('a', () => {
        throw new Error('thrown');
      }),
    ).toThrow('thrown');
    await expect(scope.run('b', () => Promise.reject(new Error('rejected')))).rejects.toThrow('rejected');
    expect(scope.run('c', () => scope.value)).toBe('c');
    expect(scope.value).toBeUndefined();
  });

  it('gives the outer value back after an inner scope, also after an await', async () => {
    const scope = new AsyncScope<string>();
    const seen = await scope.run('outer', async () => {
      const inner = await scope.run('inner', async () => {
        await turn();
        return scope.value;
      });
      await turn();
      return [inner, scope.value];
    });
    expect(seen).toEqual(['inner', 'outer']);
  });

  it('shows no work the value of another, however they interleave and the storage goes on and off', async () => {
    const step = fc.constantFrom('turn', 'microtask', 'timer', 'nested', 'synchronous');
    const work = fc.record({ startsAfter: fc.nat(6), steps: fc.array(step, { maxLength: 8 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { minLength: 1, maxLength: 8 }), async (works) => {
        const scope = new AsyncScope<number>();
        const steps = {
          turn: () => turn(),
          microtask: () => Promise.resolve(),
          timer: () => new Promise((resolve) => setTimeout(resolve, 1)),
          nested: () =>
            scope.run(-1, async () => {
              await turn();
              expect(scope.value).toBe(-1);
            }),
          synchronous: () => {
            scope.run(-2, () => expect(scope.value).toBe(-2));
            return Promise.resolve();
          },
        };
        await Promise.all(
          works.map(async ({ startsAfter, steps: taken }, id) => {
            for (let waited = 0; waited < startsAfter; waited++) await turn();
            expect(scope.value).toBeUndefined();
            await scope.run(id, async () => {
              for (const name of taken) {
                await steps[name]();
                expect(scope.value).toBe(id);
              }
            });
            expect(scope.value).toBeUndefined();
          }),
        );
      }),
      { numRuns: 200 },
    );
  });
});
