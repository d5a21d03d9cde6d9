import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT_SECRET } from './service';

const run = promisify(execFile);

export interface CliOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run cli -- <args>` from source, in the environment of a service on `databaseUrl`. */
export async function runCli(
  databaseUrl: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CliOutcome> {
  const options = {
    cwd: join(__dirname, '../..'),
    env: { PATH: process.env.PATH, DB_URL: databaseUrl, JWT_SECRET_KEY: ROOT_SECRET, ...env },
  };
  const command = ['--require', './scripts/register-typescript.cjs', 'src/cli/main.ts', ...args];
  try {
    return { exitCode: 0, ...(await run(process.execPath, command, options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}
