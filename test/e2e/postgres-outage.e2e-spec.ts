import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ADMIN, startService, untilReady, type ServiceProcess } from '../support/service';
import { StoppablePostgres } from '../support/stoppable-postgres';

const POOL_SIZE = 4;
const BACK_WITHIN_MS = 10_000;

interface Seen {
  readonly path: string;
  readonly status: number;
  readonly retryAfter: string | null;
}

describe('a service whose PostgreSQL is in trouble', () => {
  let postgres: StoppablePostgres;
  let service: ServiceProcess;
  let token: string;

  beforeAll(async () => {
    postgres = await StoppablePostgres.start();
    service = await startService(postgres.url, { DB_POOL_SIZE: String(POOL_SIZE) });
    token = (await service.api.signIn(ADMIN.username, ADMIN.password)).accessToken;
  });

  afterAll(async () => {
    await service.kill();
    await postgres.remove();
  });

  async function see(path: string, init?: RequestInit): Promise<Seen> {
    const answer = await fetch(service.api.baseUrl + path, init);
    await answer.text();
    return { path, status: answer.status, retryAfter: answer.headers.get('retry-after') };
  }

  const read = (): Promise<Seen> => see('/v1/users', { headers: { authorization: `Bearer ${token}` } });
  const signIn = (): Promise<Seen> =>
    see('/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });

  /** Runs `work` under load, and answers what the load saw. */
  async function underLoad(work: () => Promise<void>): Promise<Seen[]> {
    const seen: Seen[] = [];
    let isOver = false;
    const load = [read, read, signIn].map(async (ask) => {
      while (!isOver) {
        seen.push(await ask());
        await sleep(20);
      }
    });
    await work();
    isOver = true;
    await Promise.all(load);
    return seen;
  }

  async function asSuperuser(work: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }

  it('answers 503 with Retry-After and nothing else, lives, is not ready, and is back without a restart', async () => {
    const seen = await underLoad(async () => {
      await sleep(500);
      await postgres.crash();
      await sleep(7_000); // longer than memory is trusted
      expect((await see('/health/live')).status).toBe(200);
      const ready = await fetch(`${service.api.baseUrl}/health/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ checks: { postgresql: 'down', changeFeed: 'stale' } });
      const { body } = await service.api.get('/health/dependencies');
      expect(body.dependencies).toContainEqual(
        expect.objectContaining({ name: 'postgresql', state: 'down' }),
      );
      expect((await see('/v1/auth/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(503);
      await postgres.comeBack();
      await untilReady(service, { withinMs: BACK_WITHIN_MS });
    });
    expect([...new Set(seen.map(({ status }) => status))].sort()).toEqual([200, 503]);
    expect(seen.filter(({ status, retryAfter }) => status === 503 && retryAfter === null)).toEqual([]);
    expect((await read()).status).toBe(200);
    expect((await signIn()).status).toBe(200);
  });

  it('answers 503 within 5 s when PostgreSQL hangs, never 401 or 403, and recovers when it goes on', async () => {
    const thaw = await postgres.freeze();
    const seen: (Seen & { readonly ms: number })[] = [];
    const timed = async (ask: () => Promise<Seen>): Promise<void> => {
      const startedAt = performance.now();
      seen.push({ ...(await ask()), ms: performance.now() - startedAt });
    };
    const me = (): Promise<Seen> => see('/v1/auth/me', { headers: { authorization: `Bearer ${token}` } });
    try {
      await Promise.all([read, signIn, me].map(timed));
      const deadline = Date.now() + 15_000;
      while (seen.at(-1)?.status !== 503 && Date.now() < deadline) await timed(me);
      await Promise.all([read, signIn, me].map(timed));
      expect((await see('/health/live')).status).toBe(200);
      expect((await see('/health/ready')).status).toBe(503);
    } finally {
      thaw();
    }
    expect(seen.slice(-3).map(({ status }) => status)).toEqual([503, 503, 503]);
    // From memory, which is trusted for a while.
    expect(seen.filter(({ status, path }) => status !== 503 && path !== '/v1/auth/me')).toEqual([]);
    expect(
      seen.filter(({ status, path }) => path === '/v1/auth/me' && status !== 503 && status !== 200),
    ).toEqual([]);
    expect(seen.filter(({ status, retryAfter }) => status === 503 && retryAfter === null)).toEqual([]);
    expect(Math.max(...seen.map(({ ms }) => ms))).toBeLessThan(5_500);
    await untilReady(service, { withinMs: BACK_WITHIN_MS });
    expect((await read()).status).toBe(200);
    expect((await signIn()).status).toBe(200);
  });

  it('lets no caller wait longer than 5 s for a connection, stays alive meanwhile, and recovers', async () => {
    await asSuperuser(async (blocker) => {
      await blocker.query('BEGIN');
      await blocker.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const startedAt = performance.now();
      const answers = await Promise.all([
        ...Array.from({ length: 30 }, read),
        sleep(1_000).then(() => see('/health/live')),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(5_500);
      expect(answers.pop()?.status).toBe(200);
      expect([...new Set(answers.map(({ status }) => status))]).toEqual([503]);
      expect(answers.filter(({ retryAfter }) => retryAfter === null)).toEqual([]);
      await blocker.query('ROLLBACK');
    });
    await untilReady(service, { withinMs: BACK_WITHIN_MS });
    expect((await read()).status).toBe(200);
  });

  it('goes on reading from a database that takes no writes, and answers writes with 503', async () => {
    const setReadOnly = (value: 'on' | 'off'): Promise<void> =>
      asSuperuser(async (client) => {
        await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
        await client.query('SELECT pg_reload_conf()');
      });
    await setReadOnly('on');
    const deadline = Date.now() + 5_000;
    let written = await signIn();
    while (written.status !== 503 && Date.now() < deadline) written = await signIn();
    expect(written).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) as string });
    expect((await read()).status).toBe(200);
    expect((await see('/v1/auth/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    const disabled = await service.api.post(
      '/v1/users',
      {
        username: 'late',
        email: 'late@example.com',
        displayName: 'Late',
        password: 'a long and quiet sentence',
      },
      { token },
    );
    expect(disabled.status).toBe(503);

    await asSuperuser(async (client) => {
      await client.query('SET default_transaction_read_only = off');
      await client.query('ALTER SYSTEM RESET default_transaction_read_only');
      await client.query('SELECT pg_reload_conf()');
    });
    const back = Date.now() + 5_000;
    while ((await signIn()).status !== 200) expect(Date.now()).toBeLessThan(back);
  });
});
