import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT_SECRET } from './service';

const ROOT = join(__dirname, '../..');

/** Runs a command of the command line from source, and gives what it prints. */
export async function runCli(databaseUrl: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--require', './scripts/register-typescript.cjs', 'src/cli/main.ts', ...args],
    { cwd: ROOT, env: { PATH: process.env.PATH, DB_URL: databaseUrl, JWT_SECRET_KEY: ROOT_SECRET } },
  );
  return stdout.trim();
}
