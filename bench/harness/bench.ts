import { spawnSync } from 'node:child_process';
import { startRedis, type TestRedis } from '../../test/support/redis';
import { ADMIN, ROOT_SECRET } from '../../test/support/service';
import type { LoadPlan, LoadResult } from '../load/plan';
import { runLoad } from '../load/run-load';
import type { Profile } from '../options';
import { createUsers } from './accounts';
import { Decider } from './decider';
import type { DecidingRound } from './deciding';
import { installPeers } from './peers';
import { Postgres } from './postgres';
import { progress } from './progress';
import { startServer, type Launch, type Server } from './server-process';

type Environment = Readonly<Record<string, string>>;

/** Limits that a load from one address reaches at once; nothing else differs from what the service does by default. */
export const SERVICE: Environment = {
  JWT_SECRET_KEY: ROOT_SECRET,
  BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
  ACCESS_TOKEN_EXPIRE_MINUTES: '60',
  RATE_LIMIT_LOGIN_PER_ADDRESS: '1000000000',
  RATE_LIMIT_LOGIN_PER_NAME: '1000000000',
  RATE_LIMIT_REFRESH_PER_ADDRESS: '1000000000',
  RATE_LIMIT_MFA_PER_ADDRESS: '1000000000',
  LOG_LEVEL: 'warn',
};

type LoadOptions = Omit<LoadPlan, 'origin' | 'pids' | 'warmMs' | 'measure' | 'expectedStatus'> &
  Partial<Pick<LoadPlan, 'warmMs' | 'measure' | 'expectedStatus' | 'pids'>>;

/** What cases measure with: databases with the same users, servers that end with their case, and load. */
export class Bench {
  private readonly servers: { stop(): Promise<void> }[] = [];

  private constructor(
    readonly profile: Profile,
    readonly postgres: Postgres,
    /** Null where this machine has none. */
    readonly redis: TestRedis | null,
    private readonly template: string,
  ) {}

  static async open(profile: Profile): Promise<Bench> {
    const postgres = await Postgres.start();
    const redis = hasRedis() ? await startRedis() : null;
    const template = await postgres.createDatabase();
    const bench = new Bench(profile, postgres, redis, template);
    progress('Seeding users');
    await createUsers(await bench.application(template));
    await bench.stopServers();
    return bench;
  }

  /** A migrated database of the case's own, in which the users exist. */
  database(): Promise<string> {
    return this.postgres.createDatabase(this.template);
  }

  emptyDatabase(): Promise<string> {
    return this.postgres.createDatabase();
  }

  /** The built product. */
  service(database: string, env: Environment = {}): Promise<Server> {
    return this.start({
      script: 'dist/src/main.js',
      readyPath: '/health/ready',
      env: { ...SERVICE, DB_URL: database, ...env },
    });
  }

  /** The built product with a module that adds a route which does nothing. */
  application(database: string, env: Environment = {}): Promise<Server> {
    return this.start({
      script: 'bench/application/main.ts',
      readyPath: '/health/ready',
      env: { ...SERVICE, DB_URL: database, ...env },
    });
  }

  floor(name: string, env: Environment = {}): Promise<Server> {
    return this.start({
      script: `bench/floors/${name}.ts`,
      readyPath: '/ready',
      env: { NODE_ENV: 'production', ...env },
    });
  }

  peer(name: string, env: Environment = {}): Promise<Server> {
    installPeers();
    return this.start({
      script: `bench/peers/${name}.ts`,
      readyPath: '/ready',
      env: { NODE_ENV: 'production', ...env },
    });
  }

  /** A process that decides within itself. */
  async decider<Round extends DecidingRound>(script: string, env: Environment): Promise<Decider<Round>> {
    const decider = await Decider.start<Round>(script, env);
    this.servers.push(decider);
    return decider;
  }

  deciderOfPeer(name: string, env: Environment): Promise<Decider<DecidingRound>> {
    installPeers();
    return this.decider(`bench/peers/${name}.ts`, { NODE_ENV: 'production', ...env });
  }

  /** Loads `server` as the profile says, unless the options say otherwise. */
  load(server: Server, options: LoadOptions): Promise<LoadResult> {
    const { warmMs, measureMs } = this.profile;
    return runLoad({
      origin: server.origin,
      pids: [server.pid],
      warmMs,
      measure: { ms: measureMs },
      expectedStatus: 200,
      ...options,
    });
  }

  /** Sends every request at least once, so that what is seen first and compiled late does not count. */
  async warmUp(server: Server, options: LoadOptions): Promise<void> {
    const requests = Math.max(options.requests.length, this.profile.warmRequests);
    await this.load(server, { ...options, warmMs: 0, measure: { requests } });
  }

  async stopServers(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.stop()));
  }

  async start(launch: Launch): Promise<Server> {
    const server = await startServer(launch);
    this.servers.push(server);
    return server;
  }

  async stop(): Promise<void> {
    await this.stopServers();
    await this.redis?.stop();
    await this.postgres.stop();
  }
}

function hasRedis(): boolean {
  const isThere = spawnSync('redis-server', ['--version']).status === 0;
  if (!isThere) progress('No redis-server on this machine: rows run without Redis');
  return isThere;
}
