import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import type { Launcher } from './launcher';

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly postgres: string;
  readonly launcher: Launcher;
  readonly data: string;
  readonly logFile: string;
  readonly durable: boolean;
  readonly port: number | undefined;
}

const POLL_MS = 10;
const RETRY_MS = 250;
const MAX_ATTEMPTS = 20;

const PORT_TAKEN = 'Address already in use';
const OLD_SERVER_ENDING = 'pre-existing shared memory block';

/** Starts the server on its cluster and waits until it takes connections. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const child = await launch(options, port);
    const server = supervise(child, port);
    if (await isReady(child, options.data)) return server;
    await server.stop();
    const log = readFileSync(options.logFile, 'utf8');
    // Another program took the port that we found free, or the children of a killed server are not done yet.
    const mayPass =
      log.includes(OLD_SERVER_ENDING) || (log.includes(PORT_TAKEN) && options.port === undefined);
    if (!mayPass || attempt === MAX_ATTEMPTS) {
      throw new EmbeddedPostgresError(explain(log, port, options.logFile));
    }
    await delay(RETRY_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function launch(options: ServerOptions, port: number): Promise<ChildProcess> {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // What the service does wrong is the service's to log; statements and their values are not for a file.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = options.launcher(options.postgres, ['-D', options.data, ...args]);
  const log = openSync(options.logFile, 'w', 0o600);
  try {
    // A session of its own: Ctrl-C in a terminal must not end the server before the service has drained.
    const child = spawn(command.file, command.args, {
      ...command.options,
      detached: true,
      stdio: ['ignore', log, log],
    });
    await once(child, 'spawn');
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The last line of `postmaster.pid` says it; false when the server ended first. */
async function isReady(child: ChildProcess, data: string): Promise<boolean> {
  const file = join(data, 'postmaster.pid');
  while (isRunning(child)) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await delay(POLL_MS);
  }
  return false;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function supervise(child: ChildProcess, port: number): RunningServer {
  const end = (): boolean => child.kill('SIGINT');
  process.once('exit', end);
  return {
    port,
    stop: async () => {
      process.off('exit', end);
      if (!isRunning(child)) return;
      child.ref();
      const exited = once(child, 'exit');
      end();
      await exited;
    },
  };
}

function explain(log: string, port: number, logFile: string): string {
  if (log.includes(PORT_TAKEN)) return `port ${port} of 127.0.0.1 is taken; choose another, or set DB_URL`;
  const reason = [...log.matchAll(/FATAL: +(.*)/g)].at(-1)?.[1] ?? 'it gave no reason';
  return `it stopped while starting (${reason}; see ${logFile}); set DB_URL to use another server`;
}
