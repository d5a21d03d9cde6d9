import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second on every architecture that Node runs on. */
const TICKS_A_SECOND = 100;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** CPU time that the process has used since its start, all threads together (proc(5)). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name may hold blanks; the fields after it do not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_A_SECOND;
}

export function residentMebibytes(pid: number): number {
  return mebibytesIn('VmRSS', pid);
}

/** The most that was resident at any moment since the process began. */
export function peakResidentMebibytes(pid: number): number {
  return mebibytesIn('VmHWM', pid);
}

function mebibytesIn(field: string, pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return Number(kibibytes) / 1_024;
}
