import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { QueryResultRow } from 'pg';
import { createTestDatabase } from './database';
import { ADMIN, startService, type ServiceProcess } from './service';

export const PASSWORD = 'a long and quiet sentence';
const SEEN_ELSEWHERE_WITHIN_MS = 1_000;
const FOLLOWS_WITHIN_MS = 10_000;

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly version: number;
}

/** Two processes on one database, an administrator, and the database itself. */
export interface TwoServices {
  readonly first: ServiceProcess;
  readonly second: ServiceProcess;
  readonly url: string;
  readonly adminToken: string;
  sql<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  aUser(): Promise<TestUser>;
  /** 401 at once on the first process, and on the second within the promised second. */
  expectDead(accessToken: string): Promise<void>;
  /** The reasons, or else the outcomes, that the trail holds of `action` at `target`. */
  trail(action: string, target: string): Promise<string[]>;
  /** The same, of what follows an answer: once there is something. */
  trailInTime(action: string, target: string): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startTwoServices(env: Record<string, string> = {}): Promise<TwoServices> {
  const database = await createTestDatabase();
  const [first, second] = await Promise.all([
    startService(database.url, env),
    startService(database.url, env),
  ]);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const { accessToken: adminToken } = await first.api.signIn(ADMIN.username, ADMIN.password);
  let count = 0;
  const trail = async (action: string, target: string): Promise<string[]> => {
    const path = `/v1/audit/events?action=${action}&target=${target}&limit=200`;
    const { body } = await first.api.get(path, { token: adminToken });
    return (body.items as { reason?: string; outcome: string }[]).map(
      ({ reason, outcome }) => reason ?? outcome,
    );
  };
  return {
    first,
    second,
    url: database.url,
    adminToken,
    sql: async <Row extends QueryResultRow>(text: string, values: unknown[] = []) =>
      (await client.query<Row>(text, values)).rows,
    aUser: async () => {
      const username = `user${++count}`;
      const user = { username, email: `${username}@example.com`, displayName: username, password: PASSWORD };
      const { status, body } = await first.api.post('/v1/users', user, { token: adminToken });
      expect(status).toBe(201);
      return body as TestUser;
    },
    expectDead: async (token) => {
      expect((await first.api.get('/v1/auth/me', { token })).status).toBe(401);
      const deadline = Date.now() + SEEN_ELSEWHERE_WITHIN_MS;
      while ((await second.api.get('/v1/auth/me', { token })).status !== 401) {
        if (Date.now() > deadline)
          throw new Error('The other process still accepts the token after a second');
        await sleep(10);
      }
    },
    trail,
    trailInTime: async (action, target) => {
      const deadline = Date.now() + FOLLOWS_WITHIN_MS;
      for (;;) {
        const found = await trail(action, target);
        if (found.length > 0 || Date.now() > deadline) return found;
        await sleep(20);
      }
    },
    stop: async () => {
      await Promise.all([first.stop(), second.stop()]);
      await client.end();
      await database.drop();
    },
  };
}
