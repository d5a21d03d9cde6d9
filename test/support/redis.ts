import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from '../../src/infrastructure/redis';
import { IoredisClient } from '../../src/infrastructure/redis/ioredis-client';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the `redis-server` of this machine on loopback, on `port` or a free one; it keeps nothing on disk. */
export async function startRedis(port?: number): Promise<TestRedis> {
  const listenOn = port ?? (await freePort());
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-redis-'));
  const server = spawn(
    'redis-server',
    ['--bind', '127.0.0.1', '--port', String(listenOn), '--dir', dir, '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(server, 'exit');
  const kill = (): boolean => server.kill('SIGKILL');
  process.once('exit', kill);
  for await (const line of createInterface(server.stdout)) {
    if (line.includes('Ready to accept connections')) break;
  }
  server.stdout.resume();
  if (server.pid === undefined || server.exitCode !== null) throw new Error('redis-server did not start');
  return {
    url: `redis://127.0.0.1:${listenOn}`,
    port: listenOn,
    pid: server.pid,
    stop: async () => {
      process.off('exit', kill);
      // Also ends a server that a test has frozen; there is nothing to save.
      kill();
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A client as the service has one, connected. */
export async function connectRedisClient(url: string): Promise<IoredisClient> {
  const client = new IoredisClient(url);
  client.onModuleInit();
  await untilAvailable(client);
  return client;
}

/** Waits until commands of `client` are served (again). */
export async function untilAvailable(client: RedisClient, withinMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      await client.publish('probe', '');
      return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await sleep(20);
    }
  }
}
