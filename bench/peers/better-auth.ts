import { createServer } from 'node:http';
import { hash, verify } from '@node-rs/argon2';
import { betterAuth, type SecondaryStorage } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

/* better-auth as its documentation sets it up, its limits off; SESSIONS chooses where it looks a session up. */

const USERS = 16;
const { PORT, DB_URL, REDIS_URL, SESSIONS, PASSWORD = '', HASH_MEMORY_KIB, HASH_ITERATIONS } = process.env;

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${PORT}`,
  secret: 'a secret that only this benchmark knows',
  database: new Pool({ connectionString: DB_URL, max: 10 }),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
  emailAndPassword: { enabled: true, password: passwords() },
  session: { cookieCache: { enabled: SESSIONS === 'cookie cache', maxAge: 3_600 } },
  ...(SESSIONS === 'redis' && { secondaryStorage: inRedis(new Redis(REDIS_URL!)) }),
});

/** With our parameters; or none at all, where hashing is not what is measured. */
function passwords() {
  if (HASH_MEMORY_KIB === undefined) {
    return {
      hash: (password: string) => Promise.resolve(password),
      verify: (attempt: { hash: string; password: string }) =>
        Promise.resolve(attempt.hash === attempt.password),
    };
  }
  const parameters = {
    memoryCost: Number(HASH_MEMORY_KIB),
    timeCost: Number(HASH_ITERATIONS),
    parallelism: 1,
  };
  return {
    hash: (password: string) => hash(password, parameters),
    verify: (attempt: { hash: string; password: string }) => verify(attempt.hash, attempt.password),
  };
}

function inRedis(redis: Redis): SecondaryStorage {
  return {
    get: (key) => redis.get(key),
    getAndDelete: (key) => redis.getdel(key),
    set: (key, value, ttl) => (ttl === undefined ? redis.set(key, value) : redis.set(key, value, 'EX', ttl)),
    delete: async (key) => void (await redis.del(key)),
    increment: async (key, ttl) => {
      const count = await redis.incr(key);
      if (count === 1) await redis.expire(key, ttl);
      return count;
    },
  };
}

const emailOf = (index: number): string => `user-${index}@bench.example`;

/** For the benchmark: the headers of that many callers, each with a session of its own. */
async function callers(count: number): Promise<Record<string, string>[]> {
  const all: Record<string, string>[] = [];
  for (let index = 0; index < count; index++) {
    const { headers } = await auth.api.signInEmail({
      body: { email: emailOf(index % USERS), password: PASSWORD },
      returnHeaders: true,
    });
    all.push({
      cookie: headers
        .getSetCookie()
        .map((cookie) => cookie.split(';', 1)[0])
        .join('; '),
    });
  }
  return all;
}

async function seed(): Promise<void> {
  const { user } =
    (await auth.$context.then(({ internalAdapter }) => internalAdapter.findUserByEmail(emailOf(0)))) ?? {};
  if (user !== undefined) return;
  for (let index = 0; index < USERS; index++) {
    await auth.api.signUpEmail({
      body: { email: emailOf(index), password: PASSWORD, name: `user-${index}` },
    });
  }
}

async function main(): Promise<void> {
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
  await seed();
  const handle = toNodeHandler(auth);
  createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    if (pathname === '/ready') response.end();
    else if (pathname !== '/callers') void handle(request, response);
    else void callers(Number(searchParams.get('count'))).then((all) => response.end(JSON.stringify(all)));
  }).listen(Number(PORT), '127.0.0.1');
}

void main();
