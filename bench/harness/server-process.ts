import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/service';
import { REGISTER, ROOT } from './paths';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 5;

export interface Server {
  readonly origin: string;
  readonly pid: number;
  /** From the start of the process to its first good answer. */
  readonly startMs: number;
  readonly stop: () => Promise<void>;
}

export interface Launch {
  /** Relative to the root; TypeScript runs by bench/register.cjs. */
  readonly script: string;
  /** Answered with 2xx once the server is ready. */
  readonly readyPath: string;
  readonly env?: Readonly<Record<string, string>>;
  /** SIGKILL spares the wait for an orderly end, which only a server with children of its own needs. */
  readonly endsBy?: 'SIGKILL' | 'SIGTERM';
}

const running = new Map<ChildProcess, NodeJS.Signals>();
process.on('exit', () => {
  for (const [child, signal] of running) child.kill(signal);
});

/** Starts a server on a free port of loopback and waits until it answers. */
export async function startServer(launch: Launch): Promise<Server> {
  const { script, readyPath, env = {}, endsBy = 'SIGKILL' } = launch;
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [...(script.endsWith('.ts') ? ['--require', REGISTER] : []), script],
    {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)));
  running.set(child, endsBy);
  const stop = async (): Promise<void> => {
    running.delete(child);
    if (hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill(endsBy);
    await exited;
  };
  while (!(await answers(`${origin}${readyPath}`))) {
    if (hasEnded(child) || performance.now() - startedAt > READY_WITHIN_MS) {
      await stop();
      throw new Error(`${script} did not start:\n${output}`);
    }
    await sleep(POLL_MS);
  }
  return { origin, pid: child.pid!, startMs: performance.now() - startedAt, stop };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
