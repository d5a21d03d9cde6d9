import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/** PostgreSQL refuses to run as root, so root runs it as "nobody", the one unprivileged user that always exists. */
const NOBODY = 65534;

/** Nothing of ours is handed down: the environment of the service holds secrets. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };

interface Launch {
  readonly file: string;
  readonly args: string[];
  readonly options: { cwd: string; env: NodeJS.ProcessEnv; windowsHide: true; uid?: number; gid?: number };
}

/** Says how to start a program so that it runs as a user whom PostgreSQL accepts. */
export type Launcher = (program: string, args: readonly string[]) => Launch;

/** The user (and group) who must own the data; undefined when it is the one who runs this process. */
export function dataOwner(): number | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/**
 * Picks the first way of starting `program` that works and reaches `workDir`. A home or temporary folder of mode 0700
 * is closed to "nobody", and so is what root installs under umask 077: each further way has just the capability that
 * it takes.
 */
export async function findLauncher(program: string, workDir: string): Promise<Launcher> {
  if (dataOwner() === undefined) return firstThatWorks([asOurselves(workDir)], program, ['--version']);
  const launchers = [
    asNobody(workDir),
    asNobodyWith(workDir, '+dac_read_search'),
    asNobodyWith(workDir, '+dac_read_search,+dac_override'),
  ];
  // The working directory is entered before the user changes, so it takes a shell to try that as the other user.
  return firstThatWorks(launchers, '/bin/sh', ['-c', 'cd "$0" && exec "$1" --version', workDir, program]);
}

async function firstThatWorks(
  launchers: readonly Launcher[],
  program: string,
  args: readonly string[],
): Promise<Launcher> {
  const failures: unknown[] = [];
  for (const launcher of launchers) {
    try {
      await run(launcher(program, args));
      return launcher;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new EmbeddedPostgresError(explain(failures), { cause: failures[0] });
}

export async function run({ file, args, options }: Launch): Promise<void> {
  await promisify(execFile)(file, args, options);
}

/** The last line that the program wrote, or what kept it from starting. */
export function reasonOf(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  const lastLine = stderr.trim().split('\n').at(-1);
  return lastLine === undefined || lastLine === '' ? message : lastLine;
}

function explain([first, second]: readonly unknown[]): string {
  const isSetprivMissing = (second as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return isSetprivMissing
    ? `root runs it as uid ${NOBODY}, who may not (${reasonOf(first)}), and setpriv (util-linux) is missing; ` +
        'install it, open the parent folders (chmod a+x), run as another user, or set DB_URL'
    : `its programs, which need glibc on Linux, do not run here (${reasonOf(first)}); set DB_URL`;
}

function asOurselves(cwd: string): Launcher {
  return (program, args) => ({
    file: program,
    args: [...args],
    options: { cwd, env: ENVIRONMENT, windowsHide: true },
  });
}

function asNobody(cwd: string): Launcher {
  const launch = asOurselves(cwd);
  return (program, args) => {
    const { file, args: given, options } = launch(program, args);
    return { file, args: given, options: { ...options, uid: NOBODY, gid: NOBODY } };
  };
}

function asNobodyWith(cwd: string, capabilities: string): Launcher {
  const launch = asOurselves(cwd);
  const setpriv = [
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    // access(2), which PostgreSQL calls, ignores the capabilities of other users than root without this.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
    '--',
  ];
  return (program, args) => launch('setpriv', [...setpriv, program, ...args]);
}
