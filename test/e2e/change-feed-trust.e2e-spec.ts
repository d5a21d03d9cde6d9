import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ADMIN, untilReady } from '../support/service';
import { startTwoServices, type TwoServices } from '../support/two-services';

/** A little more than memory is trusted for. */
const BLIND_MS = 6_000;
const OPEN_MS = 10_000;

describe('a process that reads the change feed late, or not at all', () => {
  let services: TwoServices;

  beforeAll(async () => {
    services = await startTwoServices();
  });

  afterAll(() => services.stop());

  it('decides rightly from its first moment on after it stood still', async () => {
    const { first, second } = services;
    const { accessToken: token, refreshToken } = await first.api.signIn(ADMIN.username, ADMIN.password);
    expect((await second.api.get('/v1/auth/me', { token })).status).toBe(200);
    process.kill(second.pid, 'SIGSTOP');
    let answers: Promise<{ status: number }[]>;
    try {
      expect((await first.api.post('/v1/auth/logout', { refreshToken })).status).toBe(204);
      answers = Promise.all(Array.from({ length: 5 }, () => second.api.get('/v1/auth/me', { token })));
      await sleep(BLIND_MS);
    } finally {
      process.kill(second.pid, 'SIGCONT');
    }
    expect((await answers).map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  });

  it('asks PostgreSQL for every decision while the feed is blocked', async () => {
    const { first } = services;
    const dead = await first.api.signIn(ADMIN.username, ADMIN.password);
    const live = await first.api.signIn(ADMIN.username, ADMIN.password);
    const statusOf = async (token: string): Promise<number> =>
      (await first.api.get('/v1/auth/me', { token })).status;
    expect([await statusOf(dead.accessToken), await statusOf(live.accessToken)]).toEqual([200, 200]);

    const blocker = new Client({ connectionString: services.url });
    await blocker.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('LOCK TABLE change_feed IN ACCESS EXCLUSIVE MODE');
      await sleep(BLIND_MS);
      expect((await first.api.get('/health/ready')).body).toMatchObject({ checks: { changeFeed: 'stale' } });
      // Told to no process: only who asks the table can know.
      await services.sql('UPDATE sessions SET ended_at = now() WHERE id = $1', [dead.sessionId]);
      expect([await statusOf(dead.accessToken), await statusOf(live.accessToken)]).toEqual([401, 200]);
    } finally {
      await blocker.end();
    }
    await untilReady(first, { withinMs: 10_000 });
  });

  it('D: sees every revocation within a second while a foreign write transaction stays open for 10 s', async () => {
    const { first, second } = services;
    const foreign = new Client({ connectionString: services.url });
    await foreign.connect();
    try {
      await foreign.query('BEGIN');
      await foreign.query('SELECT pg_current_xact_id()');
      const openedAt = Date.now();
      while (Date.now() - openedAt < OPEN_MS) {
        const { accessToken: token, refreshToken } = await first.api.signIn(ADMIN.username, ADMIN.password);
        expect((await second.api.get('/v1/auth/me', { token })).status).toBe(200);
        expect((await first.api.post('/v1/auth/logout', { refreshToken })).status).toBe(204);
        await services.expectDead(token);
        await sleep(300);
      }
      expect((await second.api.get('/health/ready')).status).toBe(200);
      await foreign.query('COMMIT');
    } finally {
      await foreign.end();
    }
  });
});
