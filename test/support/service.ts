import { spawn, type ChildProcess } from 'node:child_process';
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
  const port = await freePort();
  const child = spawn(process.execPath, ['--require', './scripts/register-typescript.cjs', entry], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      DB_URL: databaseUrl,
      JWT_SECRET_KEY: ROOT_SECRET,
      BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      DOCS_ENABLED: 'true',
      LOG_LEVEL: 'warn',
      PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const api = new ApiClient(`http://127.0.0.1:${port}`);
  await untilReady(child, api, () => output);
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
    output: () => output,
    stop: () => exit('SIGTERM'),
    kill: async () => void (await exit('SIGKILL')),
  };
}

async function untilReady(child: ChildProcess, api: ApiClient, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The service exited with ${child.exitCode}:\n${output()}`);
    if (await api.isReady()) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`The service was not ready in time:\n${output()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
