import { availableParallelism } from 'node:os';
import type { LoadResult } from '../load/plan';
import { median } from '../statistics';

/** Requests a second of one core's time: what a process could do if the load came from elsewhere. */
export function perCpuSecond({ requests, cpuSeconds }: LoadResult): number {
  return requests / cpuSeconds.reduce((total, seconds) => total + seconds, 0);
}

/** Throughput, with the CPU time that the load itself took from these cores given back. */
export function withoutLoadTool({ requests, seconds, loadCpuSeconds }: LoadResult): number {
  const coreSeconds = seconds * availableParallelism();
  return (requests / seconds) * (coreSeconds / (coreSeconds - loadCpuSeconds));
}

export function medianOf(results: readonly LoadResult[], figure: 'p50Ms' | 'p99Ms'): number {
  return median(results.map((result) => result[figure]));
}
