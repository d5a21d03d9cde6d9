import { Logger } from '@nestjs/common';
import { SessionActivity } from './session-activity';
import type { SessionsRepository } from './sessions.repository';

function anActivity() {
  const batches: (readonly string[])[] = [];
  const failure: { current?: Error } = {};
  const repository = {
    touch: (ids: readonly string[]) => {
      batches.push(ids);
      return failure.current === undefined ? Promise.resolve() : Promise.reject(failure.current);
    },
  };
  const config = {
    idleSeconds: 60,
    absoluteSeconds: 60,
    graceSeconds: 0,
    limit: 0,
    limitPolicy: 'deny' as const,
  };
  return {
    activity: new SessionActivity(config, repository as unknown as SessionsRepository),
    batches,
    failure,
  };
}

describe('SessionActivity', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('writes each session once, however often it was used', async () => {
    const { activity, batches } = anActivity();
    for (const id of ['a', 'b', 'a', 'a']) activity.touch(id);

    await activity.flush();
    await activity.flush();

    expect(batches).toEqual([['a', 'b']]);
  });

  it('writes large sets in bounded batches', async () => {
    const { activity, batches } = anActivity();
    for (let i = 0; i < 2_500; i++) activity.touch(`${i}`);

    await activity.flush();

    expect(batches.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it('keeps what it could not write for the next time', async () => {
    const { activity, batches, failure } = anActivity();
    activity.touch('a');
    failure.current = new Error('connection lost');
    await activity.flush();
    delete failure.current;

    await activity.flush();

    expect(batches).toEqual([['a'], ['a']]);
  });

  it('writes what is left when the process ends', async () => {
    const { activity, batches } = anActivity();
    activity.onApplicationBootstrap();
    activity.touch('a');

    await activity.beforeApplicationShutdown();

    expect(batches).toEqual([['a']]);
  });
});
