import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import {
  EmbeddedPostgresError,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/infrastructure/database/embedded-postgres';
import { startOf } from '../../src/infrastructure/database/embedded-postgres/processes';

const ROOT = resolve(__dirname, '../..');
const SERVICE = [
  '--require',
  './scripts/register-typescript.cjs',
  'test/support/embedded-postgres.process.ts',
];

// Every process starts PostgreSQL, some of them several times, on a machine that may be busy.
jest.setTimeout(60_000);

describe('startEmbeddedPostgres', () => {
  let parent: string;
  let dataDir: string;
  let services: ChildProcess[];

  beforeEach(() => {
    // Of mode 0700, so that root's PostgreSQL cannot enter it as the user it runs as.
    parent = mkdtempSync(join(tmpdir(), 'portcullis-embedded-'));
    dataDir = join(parent, 'data');
    services = [];
  });

  afterEach(async () => {
    for (const service of services) await killed(service);
    const left = existsSync(dataDir) ? serverPid() : undefined;
    if (left !== undefined) process.kill(left, 'SIGKILL');
    await eventually(() => left === undefined || startOf(left) === undefined);
    rmSync(parent, { recursive: true, force: true, maxRetries: 10 });
  });

  function serverPid(): number | undefined {
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
  }

  /** Starts a service in a process group of its own, as a terminal would. */
  function startService(): ChildProcess {
    const service = spawn(process.execPath, [...SERVICE, dataDir], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    services.push(service);
    return service;
  }

  async function runningService(): Promise<{ service: ChildProcess; url: string }> {
    const service = startService();
    const { url } = await answerOf(service);
    return { service, url: url! };
  }

  function start(options: { port?: number } = {}): Promise<EmbeddedPostgres> {
    return startEmbeddedPostgres({ dataDir, durable: false, ...options });
  }

  it('keeps the data from one run to the next', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE marks (mark text)');
    await first.stop();

    const second = await startEmbeddedPostgres({ dataDir });
    const rows = await query(second.url, 'SELECT count(*)::int AS count FROM marks');
    await second.stop();

    expect(rows).toEqual([{ count: 0 }]);
    expect(serverPid()).toBeUndefined();
  });

  it('starts in a folder that is open to everybody', async () => {
    chmodSync(parent, 0o755);
    const server = await start();
    const rows = await query(server.url, 'SELECT 1 AS one');
    await server.stop();

    expect(rows).toEqual([{ one: 1 }]);
  });

  it('asks for a password that only the owner of the folder can read', async () => {
    const server = await start();
    const wrong = Object.assign(new URL(server.url), { password: 'guess' }).href;
    const refusal = await query(wrong, 'SELECT 1').catch((error: unknown) => error);
    await server.stop();

    expect(refusal).toMatchObject({ code: '28P01' });
    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'postgres.log')).mode & 0o777).toBe(0o600);
  });

  it('listens on loopback only, without a unix socket, in UTF-8 and locale C', async () => {
    const server = await start();
    const [settings] = await query(
      server.url,
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
              current_setting('server_encoding') AS encoding, current_setting('password_encryption') AS passwords,
              (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS locale`,
    );
    await server.stop();

    expect(settings).toEqual({
      addresses: '127.0.0.1',
      sockets: '',
      encoding: 'UTF8',
      passwords: 'scram-sha-256',
      locale: 'C',
    });
  });

  it('writes neither statements nor their values to its log', async () => {
    const server = await start();
    await query(server.url, `SELECT 'secret-value' FROM nowhere`).catch(() => undefined);
    await server.stop();

    const log = readFileSync(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toMatch(/secret-value|nowhere/);
  });

  it('hands nothing of the environment to the server', async () => {
    process.env.PORTCULLIS_TEST_SECRET = 'hands off';
    const server = await start();
    delete process.env.PORTCULLIS_TEST_SECRET;
    const environment = await query(
      server.url,
      `CREATE TEMP TABLE environment (line text); COPY environment FROM PROGRAM 'env'; SELECT line FROM environment`,
    );
    await server.stop();

    expect(environment).toContainEqual({ line: 'TZ=UTC' });
    expect(JSON.stringify(environment)).not.toContain('hands off');
  });

  it('uses the port it is given, and says when that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    await expect(start({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
    other.close();
    const server = await start({ port });
    await server.stop();

    expect(new URL(server.url).port).toBe(String(port));
  });

  it('refuses a folder that this process already uses, and gives it back when it stops', async () => {
    const server = await start();
    await expect(start()).rejects.toThrow(`process ${process.pid} is using`);
    await server.stop();

    await expect(start().then((again) => again.stop())).resolves.toBeUndefined();
  });

  it('refuses a folder that a live service uses, and names the process and the ways out', async () => {
    const { service } = await runningService();
    const refusal = await start().catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(EmbeddedPostgresError);
    expect((refusal as Error).message).toMatch(
      new RegExp(`^.*process ${service.pid!} is using .*; stop it, .*DATA_DIR.*DB_URL$`),
    );
  });

  it('lets exactly one of several services that start together win', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => answerOf(startService())));

    expect(answers.filter(({ url }) => url !== undefined)).toHaveLength(1);
    expect(answers.filter(({ error }) => error?.includes('is using'))).toHaveLength(4);
  });

  it('lets exactly one of several services take over what a killed one left', async () => {
    const { service, url } = await runningService();
    await query(url, 'CREATE TABLE marks (mark text)');
    await killed(service);
    const answers = await Promise.all(Array.from({ length: 5 }, () => answerOf(startService())));

    const winners = answers.flatMap((answer) => answer.url ?? []);
    expect(winners).toHaveLength(1);
    await expect(query(winners[0]!, 'SELECT * FROM marks')).resolves.toEqual([]);
  });

  it('ends the server that a killed service left, keeps what was committed, and takes over in seconds', async () => {
    const { service, url } = await runningService();
    await query(url, `CREATE TABLE marks AS SELECT 'committed' AS mark`);
    const orphan = serverPid()!;
    const open = new Client({ connectionString: url });
    open.on('error', () => undefined);
    await open.connect();
    await open.query(`BEGIN; INSERT INTO marks VALUES ('open')`);
    await killed(service);

    const startedAt = performance.now();
    const server = await start();
    const elapsedMs = performance.now() - startedAt;
    const rows = await query(server.url, 'SELECT mark FROM marks');
    await server.stop();

    expect(rows).toEqual([{ mark: 'committed' }]);
    expect(startOf(orphan)).toBeUndefined();
    expect(elapsedMs).toBeLessThan(8_000);
  });

  it('starts after the service and the server were both killed', async () => {
    const { service, url } = await runningService();
    await query(url, `CREATE TABLE marks AS SELECT 'committed' AS mark`);
    process.kill(serverPid()!, 'SIGKILL');
    await killed(service);

    const server = await start();
    const rows = await query(server.url, 'SELECT mark FROM marks');
    await server.stop();

    expect(rows).toEqual([{ mark: 'committed' }]);
  });

  it('is not held up by another process that got the id of a killed service or of its server', async () => {
    await (await start()).stop();
    const bystander = spawn('sleep', ['60']);
    services.push(bystander);
    const pid = bystander.pid!;
    const [owner] = readdirSync(dataDir).filter((name) => name.startsWith('owner.'));
    writeFileSync(join(dataDir, owner!), `${pid} 12345`);
    writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${pid}\n${join(dataDir, 'postgres')}\n`);

    await (await start()).stop();

    expect(startOf(pid)).toBeDefined();
  });

  it('starts anew after a first start that was killed half way', async () => {
    const service = startService();
    const drafts = (): string[] =>
      existsSync(dataDir) ? readdirSync(dataDir).filter((name) => name.startsWith('postgres.draft-')) : [];
    await eventually(() => drafts().some((draft) => existsSync(join(dataDir, draft, 'data', 'PG_VERSION'))));
    await killed(service);

    const server = await start();
    const rows = await query(server.url, 'SELECT 1 AS one');
    await server.stop();

    expect(rows).toEqual([{ one: 1 }]);
    expect(drafts()).toEqual([]);
  });

  it('lives through Ctrl-C, so that the service can still use it while it drains', async () => {
    const { service, url } = await runningService();
    await query(url, 'CREATE TABLE marks (mark text)');
    process.kill(-service.pid!, 'SIGINT');
    const [exitCode] = (await once(service, 'exit')) as [number];
    const server = await start();
    const rows = await query(server.url, 'SELECT mark FROM marks');
    await server.stop();

    expect(exitCode).toBe(0);
    expect(rows).toEqual([{ mark: 'drained' }]);
  });

  it('takes the server along when the process exits without stopping it', async () => {
    const { service } = await runningService();
    const pid = serverPid()!;
    service.kill('SIGTERM');

    await expect(eventually(() => startOf(pid) === undefined)).resolves.toBeUndefined();
  });

  it('says in one line when the password of the database is gone', async () => {
    await (await start()).stop();
    rmSync(join(dataDir, 'postgres-password'));

    await expect(start()).rejects.toThrow(/postgres-password.* is missing; .*DB_URL$/);
  });

  it('says in one line when the folder cannot be made', async () => {
    writeFileSync(dataDir, '');

    await expect(start()).rejects.toThrow(/^The embedded PostgreSQL cannot be used: .*EEXIST.*DB_URL$/);
  });
});

async function answerOf(service: ChildProcess): Promise<{ url?: string; error?: string }> {
  const [line] = (await once(createInterface(service.stdout!), 'line')) as [string];
  return JSON.parse(line) as { url?: string; error?: string };
}

async function killed(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const exited = once(service, 'exit');
  service.kill('SIGKILL');
  await exited;
}

/** The rows of the last one, if there are several statements. */
async function query(url: string, statement: string): Promise<object[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return [await client.query<object>(statement)].flat().at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 10) {
    if (condition()) return;
    await delay(10);
  }
  throw new Error('What was waited for did not happen in 20 s');
}
