import { DatabaseClock } from '../../infrastructure/clock';
import type { HttpAdapter } from '../../infrastructure/http';
import { Certificates, Dependencies } from '../../infrastructure/dependencies';
import { HealthService } from './health.service';

interface Circumstances {
  readonly isDraining?: boolean;
  readonly isFresh?: boolean;
  readonly query?: () => Promise<unknown[]>;
}

function health({
  isDraining = false,
  isFresh = true,
  query = () => Promise.resolve([]),
}: Circumstances = {}) {
  return new HealthService(
    { query } as never,
    { isFresh: () => isFresh } as never,
    { httpAdapter: { isDraining } as HttpAdapter } as never,
    new Dependencies(),
    new DatabaseClock(),
    new Certificates(),
  );
}

describe('HealthService', () => {
  it('is ready when the database answers and the feed is fresh', async () => {
    await expect(health().requireReady()).resolves.toEqual({
      status: 'ready',
      checks: { process: 'serving', postgresql: 'up', changeFeed: 'fresh' },
    });
  });

  it.each<[string, Circumstances]>([
    ['shutting down', { isDraining: true }],
    ['blind to changes', { isFresh: false }],
    ['without its database', { query: () => Promise.reject(new Error('ECONNREFUSED at 10.0.0.7')) }],
  ])('is not ready while %s', async (_, circumstances) => {
    const refused = health(circumstances).requireReady();
    await expect(refused).rejects.toMatchObject({ code: 'SERVICE.UNAVAILABLE' });
    await expect(refused).rejects.not.toThrow(/ECONN|10\.0/);
  });

  it('waits a second for the database, and no longer', async () => {
    const startedAt = performance.now();
    const stuck = health({ query: () => new Promise(() => undefined) });
    await expect(stuck.requireReady()).rejects.toMatchObject({ code: 'SERVICE.UNAVAILABLE' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('tells since when a dependency is down', async () => {
    let isUp = true;
    const service = health({ query: () => (isUp ? Promise.resolve([]) : Promise.reject(new Error('gone'))) });
    const postgresql = async () =>
      (await service.describeDependencies()).dependencies.find(({ name }) => name === 'postgresql');
    const before = await postgresql();
    expect(before).toMatchObject({ name: 'postgresql', state: 'up' });
    isUp = false;
    const down = await postgresql();
    expect(down).toMatchObject({ name: 'postgresql', state: 'down' });
    expect(await postgresql()).toEqual(down);
  });

  it('asks the database once for all who ask at the same time, and again later', async () => {
    let asked = 0;
    const service = health({ query: () => Promise.resolve([++asked]) });
    await Promise.all([service.requireReady(), service.requireReady(), service.requireReady()]);
    expect(asked).toBe(1);
    await service.requireReady();
    expect(asked).toBe(2);
  });
});
