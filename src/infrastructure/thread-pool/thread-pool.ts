import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setPriority } from 'node:os';

/** Of any two threads that want the same core the one that answers gets about nine tenths of it. */
const HASHING_NICENESS = 10;
const THREADS = '/proc/self/task';

/**
 * Makes the threads of the pool, which hash, and lets them yield to the one that answers. To be called before anything
 * else uses the pool: its threads are told by their being new. Where that cannot be seen (outside of Linux), or
 * priorities must not be changed, all compete alike.
 */
export async function makeThreadPoolYield(): Promise<void> {
  const others = new Set(threads());
  await stat(process.execPath);
  for (const thread of threads()) if (!others.has(thread)) yieldToOthers(Number(thread));
}

function threads(): readonly string[] {
  try {
    return readdirSync(THREADS);
  } catch {
    return [];
  }
}

/** On Linux a priority is a thread's own, and a process is named by its first one (setpriority(2)). */
function yieldToOthers(thread: number): void {
  try {
    setPriority(thread, HASHING_NICENESS);
  } catch {
    // A sandbox may forbid it, and a thread may have ended.
  }
}
