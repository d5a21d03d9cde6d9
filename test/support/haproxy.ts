import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type ServiceProcess } from './service';

const PROGRAM = '/usr/sbin/haproxy';

export interface Front {
  readonly url: string;
  stop(): Promise<void>;
}

/** An HAProxy on loopback before `services`, which it asks in turn and leaves alone while they are not ready. */
export async function startFront(services: readonly ServiceProcess[]): Promise<Front> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-haproxy-'));
  const configuration = join(dir, 'haproxy.cfg');
  writeFileSync(configuration, configurationOf(port, services));
  const child = spawn(PROGRAM, ['-db', '-q', '-f', configuration], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + 10_000; ;) {
    const isUp = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('HAProxy did not start');
    await sleep(50);
  }
  return {
    url,
    stop: async () => {
      process.off('exit', kill);
      kill();
      await exited;
      rmSync(dir, { recursive: true });
    },
  };
}

function configurationOf(port: number, services: readonly ServiceProcess[]): string {
  const servers = services.map(
    ({ api }, index) =>
      `  server service${index} ${new URL(api.baseUrl).host} check inter 200ms fall 1 rise 1`,
  );
  return `
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  option redispatch
  option forwardfor
  retries 2
frontend front
  bind 127.0.0.1:${port}
  default_backend services
backend services
  balance roundrobin
  option httpchk GET /health/ready
  http-check expect status 200
  http-response set-header x-served-by %s
${servers.join('\n')}
`;
}
