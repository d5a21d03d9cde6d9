import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { commandOf, startOf } from './processes';

const POLL_MS = 20;
const STOPS_WITHIN_MS = 4_000;

/**
 * Ends the server that a killed process left on these data. Call it only as the owner of the folder.
 *
 * The process that `postmaster.pid` names is ours only if its command line names the data: after a crash the id may
 * belong to anyone. PostgreSQL would refuse to start while any such process lives, so the file goes; a server that
 * has the data open all the same is found by its shared memory.
 */
export async function stopOrphan(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = pidIn(file);
  if (pid === undefined) return;
  if (commandOf(pid)?.includes(`-D ${data} `)) await stop(pid, data);
  rmSync(file, { force: true });
}

function pidIn(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function stop(pid: number, data: string): Promise<void> {
  const start = startOf(pid);
  const isGone = (): boolean => start === undefined || startOf(pid) !== start;
  // A fast shutdown; where that takes too long, an immediate one, after which the next start recovers.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isGone()) process.kill(pid, signal);
    for (let waited = 0; waited < STOPS_WITHIN_MS && !isGone(); waited += POLL_MS) await delay(POLL_MS);
  }
  if (!isGone()) {
    throw new EmbeddedPostgresError(
      `process ${pid}, left on ${data} by a killed service, does not stop; end it`,
    );
  }
}
