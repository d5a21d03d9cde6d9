import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Finds the programs that the optional package for this platform brought. */
export function findBinaries(
  platform: string = process.platform,
  architecture: string = process.arch,
): Binaries {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${architecture}`;
  const packageDir = packageDirOf(name);
  linkLibraries(packageDir);
  const suffix = platform === 'win32' ? '.exe' : '';
  const program = (binary: string): string => join(packageDir, 'native', 'bin', binary + suffix);
  return { initdb: program('initdb'), postgres: program('postgres') };
}

/** The package is an ES module that only holds these paths: resolving it spares loading it. */
function packageDirOf(name: string): string {
  try {
    return resolve(require.resolve(name), '../..');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `the package ${name} is not installed or does not exist; install the optional dependencies, or set DB_URL`,
      { cause },
    );
  }
}

/** Another process was faster, or the folder is not ours to write. */
const TOLERATED = new Set<string | undefined>(['EEXIST', 'EROFS', 'EACCES', 'EPERM']);

/**
 * npm packages hold no symbolic links, so a script of the package makes those of the libraries when it is installed;
 * this makes up for `--ignore-scripts`. Links that cannot be made are left to the loader, which needs only some.
 */
export function linkLibraries(packageDir: string): void {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if (!TOLERATED.has((error as NodeJS.ErrnoException).code)) throw error;
    }
  }
}
