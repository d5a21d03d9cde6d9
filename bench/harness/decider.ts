import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DecidingRound } from './deciding';
import { REGISTER, ROOT } from './paths';

/** A process that decides within itself, by deciding.ts, whenever it is told to. */
export class Decider<Round extends DecidingRound> {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it has loaded all that it decides from. */
  static async start<Round extends DecidingRound>(
    script: string,
    env: NodeJS.ProcessEnv,
  ): Promise<Decider<Round>> {
    const child = fork(join(ROOT, script), {
      cwd: ROOT,
      execArgv: ['--expose-gc', '--require', REGISTER],
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const decider = new Decider<Round>(child);
    await decider.nextMessage();
    return decider;
  }

  round(): Promise<Round> {
    this.child.send('round');
    return this.nextMessage();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  private async nextMessage(): Promise<Round> {
    const ended = new AbortController();
    const exit = once(this.child, 'exit', ended).then(([code]) => {
      throw new Error(`${this.child.spawnargs.at(-1)} ended with ${code}`);
    });
    exit.catch(() => undefined);
    const [message] = (await Promise.race([once(this.child, 'message'), exit])) as [Round];
    ended.abort();
    return message;
  }
}
