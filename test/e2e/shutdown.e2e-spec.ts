import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

describe('SIGTERM', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService(database.url);
    await service.api.signIn(ADMIN.username, ADMIN.password);
  });

  afterAll(async () => {
    await service.kill();
    await database.drop();
  });

  function keptAliveGet(path: string, agent: Agent): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      get(service.api.baseUrl + path, { agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer));
      }).on('error', reject);
    });
  }

  it('turns readiness off at once, answers what is under way, then refuses, and ends with exit code 0', async () => {
    const agent = new Agent({ keepAlive: true });
    expect((await keptAliveGet('/health/live', agent)).headers.connection).toBe('keep-alive');
    const inFlight = Array.from({ length: 4 }, () => service.api.login(ADMIN.username, ADMIN.password));
    const startedAt = performance.now();
    const exitCode = service.stop();
    await sleep(100);

    const ready = await keptAliveGet('/health/ready', agent);
    expect(ready.statusCode).toBe(503);
    expect(ready.headers['retry-after']).toBe('1');
    expect(ready.headers.connection).toBe('close');
    expect((await service.api.get('/health/live')).status).toBe(200);

    const answers = await Promise.all(inFlight);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await exitCode).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await expect(service.api.get('/health/live')).rejects.toThrow();
    agent.destroy();
  });
});
