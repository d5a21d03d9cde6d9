import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { REGISTER } from '../harness/paths';
import type { LoadPlan, LoadResult } from './plan';

/** Runs `plan` in a process of its own. @throws Error when an answer was not the expected one. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const child = fork(join(__dirname, 'main.ts'), {
    execArgv: ['--require', REGISTER],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => [{ error: 'The load process died' }]);
  child.send(plan);
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [
    { result: LoadResult } | { error: string },
  ];
  if ('error' in message) throw new Error(message.error);
  return message.result;
}
