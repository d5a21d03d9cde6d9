import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, launchService, startService, untilReady, type ServiceProcess } from '../support/service';

const WORKERS = 2;

function workersOf({ pid }: ServiceProcess): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.filter((line) => line.includes('main.ts')).map((line) => Number.parseInt(line, 10));
}

describe('a service of several workers', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url, { WEB_CONCURRENCY: String(WORKERS) });
    token = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  afterAll(async () => {
    await service.kill();
    await database.drop();
  });

  it('shares one port, one administrator and every revocation', async () => {
    expect(workersOf(service)).toHaveLength(WORKERS);
    const users = await service.api.get('/v1/users', { token });
    expect(users.body.items).toHaveLength(1);

    const { accessToken, refreshToken } = await service.api.signIn(ADMIN.username, ADMIN.password);
    await service.api.post('/v1/auth/logout', { refreshToken });
    await sleep(1_000);
    const me = () => service.api.get('/v1/auth/me', { token: accessToken, headers: { connection: 'close' } });
    const statuses = (await Promise.all(Array.from({ length: 20 }, me))).map(({ status }) => status);
    expect([...new Set(statuses)]).toEqual([401]);
  });

  it('starts a worker again that died, and serves meanwhile', async () => {
    const [victim] = workersOf(service);
    process.kill(victim ?? 0, 'SIGKILL');
    const deadline = Date.now() + 20_000;
    const isReplaced = (): boolean => {
      const workers = workersOf(service);
      return workers.length === WORKERS && !workers.includes(victim ?? 0);
    };
    const isServed = (): Promise<boolean> =>
      fetch(`${service.api.baseUrl}/health/live`, { signal: AbortSignal.timeout(500) }).then(
        ({ ok }) => ok,
        () => false,
      );
    let served = 0;
    while (!isReplaced()) {
      if (Date.now() > deadline) throw new Error('The worker was not replaced');
      // What the dying worker was being handed is lost with it: such a connection gets no answer. So one for each.
      const answers = await Promise.all(Array.from({ length: WORKERS }, isServed));
      served += answers.filter(Boolean).length;
      await sleep(50);
    }
    expect(served).toBeGreaterThan(0);
    await untilReady(service);
    expect(service.output()).toContain(`Worker ${victim} ended (SIGKILL)`);
  });

  it('drains them all on SIGTERM, loses no answer, and ends with exit code 0', async () => {
    const workers = workersOf(service);
    const inFlight = Array.from({ length: 4 }, () => service.api.login(ADMIN.username, ADMIN.password));
    await sleep(100);
    const exitCode = service.stop();
    expect((await Promise.all(inFlight)).map(({ status }) => status)).toEqual(inFlight.map(() => 200));
    expect(await exitCode).toBe(0);
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('gives up with one line where no worker can serve', async () => {
    const failing = await launchService(database.url, {
      WEB_CONCURRENCY: '2',
      JWT_SECRET_KEY: 'qP2vX7mkZs9wLr4tYb8nHc3jFd6gAe1uWw',
    });
    const deadline = Date.now() + 30_000;
    while (failing.exitCode() === null && Date.now() < deadline) await sleep(50);
    expect(failing.exitCode()).toBe(1);
  });
});

describe('workers on the embedded server', () => {
  it('start one server for all, make one secret and one administrator, and take the server with them', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'portcullis-workers-'));
    const service = await startService('', { WEB_CONCURRENCY: '2', DATA_DIR: dataDir, JWT_SECRET_KEY: '' });
    try {
      await service.api.signIn(ADMIN.username, ADMIN.password);
      const statuses = await Promise.all(
        Array.from(
          { length: 4 },
          async () => (await service.api.login(ADMIN.username, ADMIN.password)).status,
        ),
      );
      expect(statuses).toEqual(statuses.map(() => 200));
      const servers = (): number[] =>
        execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
          .split('\n')
          .filter((line) => line.includes(`-D ${dataDir}`))
          .map((line) => Number.parseInt(line, 10));
      expect(servers().length).toBeGreaterThan(0);
      expect(await service.stop()).toBe(0);
      expect(servers()).toEqual([]);
    } finally {
      await service.kill();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
