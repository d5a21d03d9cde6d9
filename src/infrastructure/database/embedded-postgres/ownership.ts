import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { startOf } from './processes';

export interface Ownership {
  release(): void;
}

const OWNER = /^owner\.(\d+)$/;

/**
 * Makes this process the owner of a data folder, until it releases it or dies.
 *
 * Owners are numbered, and the highest number owns: `owner.<number>` holds the process id and the time it started,
 * so a reused id is not taken for the owner. A claim is made by link(2), which is atomic and never overwrites: of
 * the processes that find the last owner dead, one makes the next number. Numbers only grow (a released file is
 * emptied, not removed), so a process that read an old number and slept finds out that it is late.
 *
 * @throws EmbeddedPostgresError when another live process owns the folder.
 */
export function claimOwnership(dataDir: string): Ownership {
  const draft = join(dataDir, `owner.draft-${process.pid}`);
  // One that was left here may be a second name of an owner's file: written to, it would change that too.
  rmSync(draft, { force: true });
  writeFileSync(draft, `${process.pid} ${startOf(process.pid) ?? ''}`, { mode: 0o600 });
  try {
    for (;;) {
      const last = lastOwner(dataDir);
      refuseWhileAlive(dataDir, last);
      const mine = fileOf(dataDir, last + 1);
      if (linked(draft, mine) && lastOwner(dataDir) === last + 1) {
        ownersOf(dataDir)
          .filter((number) => number <= last)
          .forEach((number) => rmSync(fileOf(dataDir, number), { force: true }));
        return { release: () => writeFileSync(mine, '') };
      }
    }
  } finally {
    rmSync(draft);
  }
}

function ownersOf(dataDir: string): number[] {
  return readdirSync(dataDir)
    .flatMap((name) => OWNER.exec(name)?.[1] ?? [])
    .map(Number);
}

function lastOwner(dataDir: string): number {
  return Math.max(0, ...ownersOf(dataDir));
}

function fileOf(dataDir: string, number: number): string {
  return join(dataDir, `owner.${number}`);
}

function refuseWhileAlive(dataDir: string, number: number): void {
  const [, pid, start] = /^(\d+) (.*)$/.exec(contentOf(fileOf(dataDir, number))) ?? [];
  if (pid === undefined || startOf(Number(pid)) !== start) return;
  throw new EmbeddedPostgresError(
    `process ${pid} is using ${dataDir}; stop it, or give this one a DATA_DIR of its own or a DB_URL`,
  );
}

/** No file means no owner yet, or that a later one has just removed it. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function linked(existing: string, created: string): boolean {
  try {
    linkSync(existing, created);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
