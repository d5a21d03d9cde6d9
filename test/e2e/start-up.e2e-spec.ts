import { spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { Client } from 'pg';
import { createTestDatabase } from '../support/database';
import {
  ADMIN,
  launchService,
  ROOT_SECRET,
  startService,
  untilReady,
  type ServiceProcess,
} from '../support/service';
import { StoppablePostgres } from '../support/stoppable-postgres';

describe('a start without PostgreSQL', () => {
  let postgres: StoppablePostgres;
  let service: ServiceProcess;

  beforeAll(async () => {
    postgres = await StoppablePostgres.start();
    await postgres.stop();
    service = await launchService(postgres.url);
    await untilListening();
  });

  afterAll(async () => {
    await service.kill();
    await postgres.remove();
  });

  async function untilListening(): Promise<void> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      try {
        await fetch(`${service.api.baseUrl}/health/live`);
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }

  it('listens at once: it lives, is not ready and says why, and turns everything else away for a while', async () => {
    const live = await fetch(`${service.api.baseUrl}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'live' }]);

    const ready = await fetch(`${service.api.baseUrl}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      code: 'SERVICE.UNAVAILABLE',
      checks: { process: 'starting', postgresql: 'down' },
    });

    for (const path of ['/v1/auth/me', '/.well-known/jwks.json', '/docs', '/nothing', '//health/live']) {
      const answer = await fetch(service.api.baseUrl + path, { method: path === '/docs' ? 'POST' : 'GET' });
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({ requestId: answer.headers.get('x-request-id') });
    }
  });

  it('turns ready when PostgreSQL comes, on the same connections, without dropping a request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    let isOver = false;
    const probing = (async () => {
      while (!isOver) statuses.push(await statusOf('/health/ready', agent));
    })();
    await postgres.comeBack();
    await untilReady(service, { withinMs: 20_000 });
    isOver = true;
    await probing;
    statuses.push(await statusOf('/health/ready', agent));
    agent.destroy();

    expect([...new Set(statuses)]).toEqual([503, 200]);
    expect(service.output()).toContain('PostgreSQL cannot be reached yet');
    await service.api.signIn(ADMIN.username, ADMIN.password);
  });

  function statusOf(path: string, agent: Agent): Promise<number> {
    return new Promise((resolve, reject) => {
      request(service.api.baseUrl + path, { agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });
  }

  it('waits again when PostgreSQL vanishes after the migrations and before the end of the start', async () => {
    const blocker = new Client({ connectionString: postgres.url });
    blocker.on('error', () => undefined);
    await blocker.connect();
    // What the start reads once the schema is up to date: it goes no further than this.
    await blocker.query('BEGIN; LOCK TABLE signing_keys IN ACCESS EXCLUSIVE MODE');
    const starting = await launchService(postgres.url);
    try {
      const deadline = Date.now() + 30_000;
      const held = async (): Promise<boolean> =>
        (
          await blocker.query(
            `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
             WHERE NOT l.granted AND l.relation = 'signing_keys'::regclass AND a.application_name = 'portcullis'`,
          )
        ).rowCount !== 0;
      while (!(await held())) expect(Date.now()).toBeLessThan(deadline);
      await postgres.crash();
      while (!starting.output().includes('PostgreSQL cannot be reached yet'))
        if (Date.now() > deadline || starting.exitCode() !== null) throw new Error(starting.output());
        else await starting.api.isReady();
      const ready = await fetch(`${starting.api.baseUrl}/health/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ checks: { process: 'starting', postgresql: 'down' } });
      await postgres.comeBack();
      await untilReady(starting, { withinMs: 20_000 });
      await starting.api.signIn(ADMIN.username, ADMIN.password);
    } finally {
      await starting.kill();
    }
  });

  it('ends at once and in order on SIGTERM while it waits', async () => {
    const waiting = await launchService('postgres://nobody:nothing@127.0.0.1:1/nothing');
    const deadline = Date.now() + 10_000;
    while (!(await isLive(waiting)) && Date.now() < deadline);
    expect(await isLive(waiting)).toBe(true);
    expect(await waiting.stop()).toBe(0);
  });

  async function isLive({ api }: ServiceProcess): Promise<boolean> {
    return fetch(`${api.baseUrl}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  it.each([
    [
      'a configuration that cannot be',
      { DB_URL: 'mysql://root:secret-word@127.0.0.1/x' },
      /^The configuration is/,
    ],
    ['a login that PostgreSQL refuses', { DB_URL: 'wrong' }, /^password authentication failed/],
    ['an address that is taken', { PORT: 'taken' }, /^listen EADDRINUSE/],
  ])('exits with one clear line on %s', (_, wrong, line) => {
    const env: Record<string, string> = {
      DB_URL: postgres.url,
      JWT_SECRET_KEY: ROOT_SECRET,
      PORT: '0',
      ...wrong,
    };
    if (env.DB_URL === 'wrong')
      env.DB_URL = Object.assign(new URL(postgres.url), { password: 'secret-word' }).href;
    if (env.PORT === 'taken') env.PORT = new URL(service.api.baseUrl).port;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--require', './scripts/register-typescript.cjs', 'src/main.ts'],
      { cwd: join(__dirname, '../..'), env: { PATH: process.env.PATH, ...env }, timeout: 30_000 },
    );
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(line);
    expect(stderr.toString().trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr.toString()).not.toContain('secret-word');
  });
});

it('a start with a first password that is too easy to guess ends, and says which variable is meant', async () => {
  const database = await createTestDatabase();
  const password = 'passwordpassword';
  const service = await launchService(database.url, { BOOTSTRAP_ADMIN_PASSWORD: password });
  await expect(untilReady(service)).rejects.toThrow(/exited with 1/);
  expect(service.output()).toContain('BOOTSTRAP_ADMIN_PASSWORD: The password is too easy to guess');
  expect(service.output()).not.toContain(password);
  await database.drop();
});

it('A: a generated first password must be changed, and opens nothing else', async () => {
  const database = await createTestDatabase();
  const service = await startService(database.url, { BOOTSTRAP_ADMIN_PASSWORD: '' });
  const password =
    /Password, shown only now and changed at first sign-in: (\S+)/.exec(service.output())?.[1] ?? '';
  const { status, body } = await service.api.login(ADMIN.username, password);
  expect([status, Object.keys(body as object).sort()]).toEqual([200, ['challengeId', 'status']]);
  expect(body.status).toBe('password_change_required');
  const change = { challengeId: body.challengeId as string, newPassword: ADMIN.password };
  const changed = await service.api.post('/v1/auth/password/change-required', change);
  expect(changed.body.status).toBe('authenticated');
  expect((await service.api.login(ADMIN.username, password)).status).toBe(401);
  await service.stop();
  await database.drop();
});
