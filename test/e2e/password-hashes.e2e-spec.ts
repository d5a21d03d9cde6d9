import { readdirSync, readFileSync } from 'node:fs';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { Client } from 'pg';
import { ADMIN, startService, type ServiceProcess } from '../support/service';

const OURS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;
const AT_ONCE = 150;

/** Of each thread of a process how much it lets others go first (proc(5)). */
const nicenessOf = (pid: number): Map<number, number> =>
  new Map(
    readdirSync(`/proc/${pid}/task`).map((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return [Number(thread), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])];
    }),
  );

describe('password hashes', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client(database.url);
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const withService = async (
    env: Record<string, string>,
    work: (service: ServiceProcess) => Promise<void>,
  ): Promise<void> => {
    const service = await startService(database.url, env);
    try {
      await work(service);
    } finally {
      await service.stop();
    }
  };

  const digestOfAdmin = async (): Promise<string> =>
    (await client.query<{ digest: string }>('SELECT password_hash AS digest FROM users')).rows[0]!.digest;

  it('are Argon2id of 19 MiB and two passes at least, and hashed again at the sign-in after parameters grew', async () => {
    await withService({}, async ({ api }) => {
      await api.signIn(ADMIN.username, ADMIN.password);
      expect(await digestOfAdmin()).toMatch(OURS);
    });
    await withService(
      { PASSWORD_HASH_MEMORY_KIB: '24576', PASSWORD_HASH_ITERATIONS: '3' },
      async ({ api }) => {
        expect((await api.login(ADMIN.username, 'not the right password')).status).toBe(401);
        expect(await digestOfAdmin()).toMatch(OURS);
        await api.signIn(ADMIN.username, ADMIN.password);
        expect(await digestOfAdmin()).toMatch(/^\$argon2id\$v=19\$m=24576,t=3,p=1\$/);
        await api.signIn(ADMIN.username, ADMIN.password);
      },
    );
  });

  it('that would wait too long are refused at once: 503, Retry-After, and no attempt counted', async () => {
    const limits = { RATE_LIMIT_LOGIN_PER_ADDRESS: '100000', FAILED_ATTEMPTS_LIMIT: '5' };
    // So dear that attempts come faster than they are looked at, however busy the machine is.
    const hashes = { PASSWORD_HASH_MEMORY_KIB: '131072', PASSWORD_HASH_ITERATIONS: '5' };
    await withService({ ...limits, ...hashes }, async ({ api }) => {
      const tries = Array.from({ length: AT_ONCE }, async (_, index) => {
        const startedAt = performance.now();
        const { status, body, headers } = await api.login(`nobody-${index}`, 'not the right password');
        return {
          status,
          code: body.code,
          retryAfter: headers.get('retry-after'),
          ms: performance.now() - startedAt,
        };
      });
      const answers = await Promise.all(tries);
      const refused = answers.filter(({ status }) => status === 503);
      const answered = answers.filter(({ status }) => status === 401);

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 503]));
      for (const { code, retryAfter } of refused) {
        expect(code).toBe('SERVICE.OVERLOADED');
        expect(Number(retryAfter)).toBeGreaterThan(0);
      }
      const slowestOf = (some: typeof answers): number => Math.max(...some.map(({ ms }) => ms));
      expect(slowestOf(refused)).toBeLessThan(slowestOf(answered));
      const counted = await client.query(
        `SELECT 1 FROM sign_in_attempts WHERE failures > 0 AND source_class = 'unknown'`,
      );
      expect(counted.rowCount).toBe(answered.length);
    });
  });

  it('are made by threads that let the one that answers go first, and by no others', async () => {
    await withService({ UV_THREADPOOL_SIZE: '5' }, ({ pid }) => {
      const niceness = nicenessOf(pid);
      expect(niceness.get(pid)).toBe(0);
      expect([...niceness.values()].filter((nice) => nice > 0)).toEqual([10, 10, 10, 10, 10]);
      return Promise.resolve();
    });
  });
});
