import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REGISTER, ROOT } from '../harness/paths';
import type { Profile } from '../options';
import type { LoopResult } from './loop';

/** Runs a floor that is a loop and no server, in a process of its own. */
export async function runFloor(
  name: string,
  { warmMs, measureMs }: Profile,
  env: Readonly<Record<string, string>>,
): Promise<LoopResult> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--require', REGISTER, join(ROOT, 'bench/floors', `${name}.ts`)],
    {
      cwd: ROOT,
      env: { PATH: process.env.PATH, WARM_MS: String(warmMs), MEASURE_MS: String(measureMs), ...env },
    },
  );
  return JSON.parse(stdout) as LoopResult;
}
