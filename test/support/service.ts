import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from './api-client';

const ROOT = join(__dirname, '../..');
const READY_WITHIN_MS = 30_000;

export const ADMIN = { username: 'admin', password: 'correct horse battery staple' };
export const ROOT_SECRET = 'kX7vQp2mZs9wLr4tYb8nHc3jFd6gAe1u';

/** A real service process, started from source, that shares its database with whoever else was given the URL. */
export interface ServiceProcess {
  readonly api: ApiClient;
  readonly pid: number;
  readonly output: () => string;
  /** Null while it runs, and where a signal ended it. */
  readonly exitCode: () => number | null;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export async function startService(
  databaseUrl: string,
  env: Record<string, string> = {},
  entry = 'src/main.ts',
): Promise<ServiceProcess> {
  const service = await launchService(databaseUrl, env, entry);
  // Each worker gets ready by itself, and takes its turn at new connections.
  await untilReady(service, { workers: Number(env.WEB_CONCURRENCY ?? 1) });
  return service;
}

/** As {@link startService}, but does not wait until it is ready. */
export async function launchService(
  databaseUrl: string,
  env: Record<string, string> = {},
  entry = 'src/main.ts',
): Promise<ServiceProcess> {
  const port = env.PORT ?? String(await freePort());
  const child = spawn(process.execPath, ['--require', './scripts/register-typescript.cjs', entry], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      DB_URL: databaseUrl,
      JWT_SECRET_KEY: ROOT_SECRET,
      BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      DOCS_ENABLED: 'true',
      LOG_LEVEL: 'warn',
      PORT: port,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const api = new ApiClient(`http://127.0.0.1:${port}`);
  const exit = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    api,
    pid: child.pid ?? 0,
    exitCode: () => child.exitCode,
    output: () => output,
    stop: () => exit('SIGTERM'),
    kill: async () => void (await exit('SIGKILL')),
  };
}

/** Waits until `service` is ready (again): as many answers on end as it has workers say so. */
export async function untilReady(
  service: ServiceProcess,
  { workers = 1, withinMs = READY_WITHIN_MS }: { workers?: number; withinMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + withinMs;
  let onEnd = 0;
  while (Date.now() < deadline) {
    if (service.exitCode() !== null)
      throw new Error(`The service exited with ${service.exitCode()}:\n${service.output()}`);
    onEnd = (await service.api.isReady()) ? onEnd + 1 : 0;
    if (onEnd === workers) return;
    if (onEnd === 0) await sleep(50);
  }
  await service.kill();
  throw new Error(`The service was not ready in time:\n${service.output()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
